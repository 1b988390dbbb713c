package main

import (
	"bytes"
	"fmt"
	"syscall"
	"time"

	"hubbub/bench/load/wire"
)

const (
	readSize     = 1 << 20 // more than a socket holds, so that one read empties it
	maxEach      = 64      // unanswered posts of one person: what the server lets one connection have
	openDeadline = 120 * time.Second
	glance       = 32 // events between two looks at whoever must not wait
)

// listener hears what happens to people.
type listener interface {
	greeted(p *person, now int64)
	posted(p *person, seq uint64, now int64) // in the common channel
	answered(p *person, id uint64, now int64)
	lost(p *person, why error)
}

// crowd owns every descriptor. Invariant: all of it happens on one thread, so nothing is locked.
type crowd struct {
	options
	epoll       int
	events      []syscall.EpollEvent
	buffer      []byte
	began       time.Time
	people      []*person // as in the file
	byFd        []*person // by descriptor
	first       *person   // whose answers are timed while thousands of others are read: looked at in between
	between     func()    // what is to be done on time meanwhile
	commonField []byte
	input       []byte // of standard input, not yet a whole line
	ended       bool   // standard input has ended
	failed      error  // the first failure that ends the command
	hear        listener
}

func newCrowd(o options) (*crowd, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create: %w", err)
	}
	c := &crowd{options: o, epoll: epoll, events: make([]syscall.EpollEvent, 2048), buffer: make([]byte, readSize), began: time.Now()}
	c.commonField = fmt.Appendf(nil, `"channel":"%s"`, o.common)
	c.people = make([]*person, len(o.tokens))
	for index := range c.people {
		c.people[index] = &person{index: index, fd: -1}
	}
	c.hear = &inattentive{c}
	if err := syscall.SetNonblock(0, true); err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: 0}
	if err := syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, 0, &event); err != nil {
		return nil, fmt.Errorf("standard input must be a pipe: %w", err)
	}
	return c, nil
}

// inattentive hears nothing but losses, which end the command.
type inattentive struct{ crowd *crowd }

func (*inattentive) greeted(*person, int64)          {}
func (*inattentive) posted(*person, uint64, int64)   {}
func (*inattentive) answered(*person, uint64, int64) {}
func (i *inattentive) lost(p *person, why error) {
	if i.crowd.failed == nil {
		i.crowd.failed = fmt.Errorf("person %d: %w", p.index, why)
	}
}

func (c *crowd) now() int64 { return int64(time.Since(c.began)) }

// listen lets `to` hear until the returned function is called.
func (c *crowd) listen(to listener) func() {
	c.hear = to
	return func() { c.hear, c.first, c.between = &inattentive{c}, nil, nil }
}

// poll handles what is ready, waiting at most `wait` milliseconds, and returns how many descriptors were.
func (c *crowd) poll(wait int) (int, error) {
	n, err := syscall.EpollWait(c.epoll, c.events, wait)
	if err == syscall.EINTR {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("epoll_wait: %w", err)
	}
	for i := range n {
		event := &c.events[i]
		if event.Fd == 0 {
			c.readInput()
		} else if p := c.byFd[event.Fd]; p != nil {
			c.ready(p, event.Events)
		}
		if i%glance == glance-1 && c.first != nil {
			c.read(c.first)
			if c.between != nil {
				c.between()
			}
		}
	}
	return n, c.failed
}

func (c *crowd) readInput() {
	var chunk [4096]byte
	n, err := syscall.Read(0, chunk[:])
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return
	}
	if n <= 0 {
		c.ended = true
		_ = syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_DEL, 0, nil)
		return
	}
	c.input = append(c.input, chunk[:n]...)
}

// nextCommand returns the next line of standard input; ok is false when there will be none.
func (c *crowd) nextCommand() (line string, ok bool, err error) {
	for {
		if at := bytes.IndexByte(c.input, '\n'); at >= 0 {
			line = string(c.input[:at])
			c.input = c.input[at+1:]
			return line, true, nil
		}
		if c.ended {
			return "", false, nil
		}
		if _, err := c.poll(-1); err != nil {
			return "", false, err
		}
	}
}

// until polls, without sleeping, until done says so; it ends with an error after `within`, or when our input ends.
// Sleeping would make the server pay for waking us, which it would not if people were on other machines.
func (c *crowd) until(within time.Duration, done func(now int64) bool) error {
	deadline := c.now() + int64(within)
	for {
		if _, err := c.poll(0); err != nil {
			return err
		}
		now := c.now()
		switch {
		case done(now):
			return nil
		case c.ended:
			return fmt.Errorf("standard input ended")
		case now > deadline:
			return fmt.Errorf("it did not come to an end within %s", within)
		}
	}
}

func (c *crowd) present() (found []*person) {
	for _, p := range c.people {
		if p.state == present {
			found = append(found, p)
		}
	}
	return found
}

func (c *crowd) closeAll() {
	for _, p := range c.people {
		if p.state == present {
			_, _ = syscall.Write(p.fd, wire.AppendFrame(nil, wire.Close, []byte{0x03, 0xe8}))
		}
		c.drop(p)
		p.hello, p.heard = nil, 0
	}
}

// opening counts who is greeted and how long it took from the first packet on.
type opening struct {
	inattentive
	pending int
	took    wire.Histogram
}

func (o *opening) greeted(p *person, now int64) {
	o.pending--
	o.took.Add(now - p.began)
}

// Opened is the answer to `open`; times are in microseconds.
type Opened struct {
	Open      int            `json:"open"`
	Seconds   float64        `json:"seconds"`
	PerSecond float64        `json:"per_second"`
	Took      wire.Quantiles `json:"took_us"`
	ServerCPU float64        `json:"server_cpu_seconds"`
}

func (c *crowd) open(first, count, atOnce int) (*Opened, error) {
	if first+count > len(c.people) || count < 1 || atOnce < 1 {
		return nil, fmt.Errorf("there are %d people", len(c.people))
	}
	o := &opening{inattentive: inattentive{c}}
	defer c.listen(o)()
	began := c.now()
	cpu, _ := wire.ProcessorTime(c.pid)
	next := first
	err := c.until(openDeadline, func(int64) bool {
		for ; o.pending < atOnce && next < first+count && c.failed == nil; next++ {
			o.pending++
			if err := c.connect(c.people[next]); err != nil {
				c.failed = err
			}
		}
		return next == first+count && o.pending == 0
	})
	took := float64(c.now()-began) / 1e9
	after, _ := wire.ProcessorTime(c.pid)
	return &Opened{
		Open: len(c.present()), Seconds: took, PerSecond: float64(count) / took, Took: o.took.Quantiles(),
		ServerCPU: float64(after-cpu) / 1e9,
	}, err
}
