package main

import (
	"bytes"
	"fmt"
	"syscall"
	"time"

	"hubbub/bench/load/wire"
)

const (
	edgeTriggered = 1 << 31 // EPOLLET; the syscall package's constant is negative
	readSize      = 1 << 20 // more than a socket holds, so that one read empties it
	handshakes    = 64      // how many may be under way at once: below any listen backlog
	openDeadline  = 120 * time.Second
)

// loop owns every descriptor. Invariant: all of it happens on one thread, so nothing is locked.
type loop struct {
	options
	epoll   int
	events  []syscall.EpollEvent
	buffer  []byte
	conns   []*conn // by index
	seats   []seat  // by index × channels + channel
	byFd    []*conn // by descriptor
	pending int     // handshakes under way
	input   []byte  // of standard input, not yet a whole line
	ended   bool    // standard input has ended
	failed  error   // the first failure of any connection
	run     *fanRun
	posts   uint64   // ever made by this process, so that no key repeats
	made    []uint32 // the same by channel
	others  uint64   // frames that are neither message, answer nor greeting
	dirty   []*conn  // what was posted and not yet written
}

func newLoop(o options) (*loop, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create: %w", err)
	}
	l := &loop{
		options: o, epoll: epoll, events: make([]syscall.EpollEvent, 2048), buffer: make([]byte, readSize),
		posts: firstPost, made: make([]uint32, o.channels),
	}
	if err := syscall.SetNonblock(0, true); err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: 0}
	if err := syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, 0, &event); err != nil {
		return nil, fmt.Errorf("standard input must be a pipe: %w", err)
	}
	return l, nil
}

// poll handles what is ready, waiting at most `wait` milliseconds, and returns how many descriptors were.
func (l *loop) poll(wait int) (int, error) {
	n, err := syscall.EpollWait(l.epoll, l.events, wait)
	if err == syscall.EINTR {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("epoll_wait: %w", err)
	}
	for i := range n {
		event := &l.events[i]
		if event.Fd == 0 {
			l.readInput()
		} else if c := l.byFd[event.Fd]; c != nil {
			l.ready(c, event.Events)
		}
	}
	return n, l.failed
}

func (l *loop) fail(c *conn, format string, args ...any) {
	if l.failed == nil {
		l.failed = fmt.Errorf("connection %d: %w", c.index, fmt.Errorf(format, args...))
	}
}

func (l *loop) readInput() {
	var chunk [4096]byte
	n, err := syscall.Read(0, chunk[:])
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return
	}
	if n <= 0 {
		l.ended = true
		_ = syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_DEL, 0, nil)
		return
	}
	l.input = append(l.input, chunk[:n]...)
}

// nextCommand returns the next line of standard input; ok is false when there will be none.
func (l *loop) nextCommand() (line string, ok bool, err error) {
	for {
		if at := bytes.IndexByte(l.input, '\n'); at >= 0 {
			line = string(l.input[:at])
			l.input = l.input[at+1:]
			return line, true, nil
		}
		if l.ended {
			return "", false, nil
		}
		if _, err := l.poll(-1); err != nil {
			return "", false, err
		}
	}
}

// open makes connections until there are `total`, a bounded number at once, and returns when the last is greeted.
func (l *loop) open(total int) error {
	deadline := time.Now().Add(openDeadline)
	for len(l.conns) < total || l.pending > 0 {
		for l.pending < handshakes && len(l.conns) < total {
			if err := l.connect(); err != nil {
				return err
			}
		}
		if _, err := l.poll(1000); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d connections opened in %s", len(l.conns)-l.pending, total, openDeadline)
		}
		if l.ended {
			return fmt.Errorf("standard input ended")
		}
	}
	return nil
}

func (l *loop) closeAll() {
	for _, c := range l.conns {
		_, _ = syscall.Write(c.fd, wire.AppendFrame(nil, wire.Close, []byte{0x03, 0xe8}))
		l.byFd[c.fd] = nil
		_ = syscall.Close(c.fd)
	}
	l.conns, l.seats, l.pending = nil, nil, 0
}
