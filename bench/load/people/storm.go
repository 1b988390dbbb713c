package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"time"

	"hubbub/bench/load/wire"
)

const (
	stormDeadline = 180 * time.Second
	backoffFirst  = 500 * time.Millisecond // as the browser's client has it (web/lib/socket.ts)
	backoffMost   = 20 * time.Second
	probeEvery    = int64(5 * time.Millisecond)
)

var retryAfter = regexp.MustCompile(`(?i)\r\nretry-after: *(\d+)`)

// storming is many people coming back at once, each from where they were, while person 0 posts at home.
type storming struct {
	inattentive
	target   uint64 // seq in the common channel everybody has to reach
	since    int64
	away     []*person // who waits to try again
	due      int64     // when to look at them next
	left     int       // who is not yet back and caught up
	trying   int
	refused  int
	broken   int
	reached  map[*person]bool // of those who were cut
	back     wire.Histogram   // greeted
	caughtUp wire.Histogram
	ack      wire.Histogram
	probing  bool
	waiting  bool // a post of person 0 is not yet answered
	nextPost int64
}

func (s *storming) greeted(p *person, now int64) {
	s.trying--
	s.back.Add(now - s.since)
	s.check(p, now)
}

func (s *storming) posted(p *person, _ uint64, now int64) {
	if s.since != 0 && p.state == present {
		s.check(p, now)
	}
}

func (s *storming) check(p *person, now int64) {
	if reached, cut := s.reached[p]; cut && !reached && p.heard >= s.target {
		s.reached[p] = true
		s.left--
		s.caughtUp.Add(now - s.since)
	}
}

func (s *storming) answered(p *person, id uint64, now int64) {
	s.waiting = false
	if s.probing {
		s.ack.Add(now - p.postedAt[id%maxEach])
	}
	s.nextPost = p.postedAt[id%maxEach] + probeEvery
}

// lost is expected here: whoever is sent away tries again, later each time, as told or by lot.
func (s *storming) lost(p *person, why error) {
	reached, cut := s.reached[p]
	if !cut {
		s.inattentive.lost(p, why)
		return
	}
	if reached {
		s.left++ // it has to come back once more
		s.reached[p] = false
	} else {
		s.trying--
	}
	pause := min(backoffMost, backoffFirst<<min(p.tries, 16))
	wait := int64(rand.Float64() * float64(pause))
	if errors.Is(why, errRefused) {
		s.refused++
		if told := retryAfter.FindStringSubmatch(why.Error()); told != nil {
			seconds, _ := strconv.Atoi(told[1])
			wait += int64(seconds) * int64(time.Second)
		}
	} else {
		s.broken++
	}
	p.tries++
	p.retryAt = s.crowd.now() + wait
	s.away = append(s.away, p)
}

// step lets those try whose time has come, and person 0 post.
func (s *storming) step(now int64) {
	if now >= s.due {
		s.letTry(now)
	}
	s.probe()
}

// probe lets person 0 post at home, when it is time again.
func (s *storming) probe() {
	if s.probing && !s.waiting && s.crowd.now() >= s.nextPost {
		s.waiting = true
		s.crowd.post(s.crowd.people[0], s.crowd.homes[0])
	}
}

// letTry connects whose time has come. Who fails at once is put among those who wait, while we go through them.
func (s *storming) letTry(now int64) {
	waiting := s.away
	s.away, s.due = nil, now+int64(time.Millisecond)
	for _, p := range waiting {
		if p.retryAt > now {
			s.away = append(s.away, p)
			continue
		}
		s.trying++
		if err := s.crowd.connect(p); err != nil {
			s.crowd.failed = err
			return
		}
	}
}

// Storm is the answer to `storm`; times are in microseconds from the moment all were cut and the posts they missed made.
type Storm struct {
	Count     int            `json:"count"`
	Missed    int            `json:"missed"`
	Seconds   float64        `json:"seconds"` // until the last was caught up
	Back      wire.Quantiles `json:"back_us"`
	CaughtUp  wire.Quantiles `json:"caught_up_us"`
	Refused   int            `json:"refused"`
	Broken    int            `json:"broken"`
	AckBefore wire.Quantiles `json:"ack_before_us"`
	Ack       wire.Quantiles `json:"ack_us"`
	ServerCPU float64        `json:"server_cpu_seconds"`
}

func (c *crowd) storm(count, missed int, jitter time.Duration) (*Storm, error) {
	everybody := c.present()
	if count < 1 || count >= len(everybody) || c.people[0].state != present {
		return nil, fmt.Errorf("storm: person 0 and %d others must be there", count)
	}
	s := &storming{inattentive: inattentive{c}, left: count, reached: make(map[*person]bool, count)}
	defer c.listen(s)()
	c.first, c.between = c.people[0], s.probe
	before, err := s.probeFor(2 * time.Second)
	if err != nil {
		return nil, err
	}
	gone := everybody[len(everybody)-count:]
	for _, p := range gone {
		if err := p.rememberPosition(c.common); err != nil {
			return nil, err
		}
		c.cut(p)
		p.tries, s.reached[p] = 0, false
	}
	if err := c.postAll(s, missed); err != nil {
		return nil, err
	}
	s.target, s.since, s.probing = c.people[0].heard, c.now(), true
	for _, p := range gone {
		p.retryAt = s.since + int64(rand.Float64()*float64(jitter))
	}
	s.away = append(s.away, gone...)
	cpu, _ := wire.ProcessorTime(c.pid)
	err = c.until(stormDeadline, func(now int64) bool { s.step(now); return s.left == 0 })
	took := float64(c.now()-s.since) / 1e9
	after, _ := wire.ProcessorTime(c.pid)
	return &Storm{
		Count: count, Missed: missed, Seconds: took, Back: s.back.Quantiles(), CaughtUp: s.caughtUp.Quantiles(),
		Refused: s.refused, Broken: s.broken, AckBefore: before, Ack: s.ack.Quantiles(),
		ServerCPU: float64(after-cpu) / 1e9,
	}, err
}

// probeFor posts for a while and returns how long answers took.
func (s *storming) probeFor(stretch time.Duration) (wire.Quantiles, error) {
	s.probing = true
	end := s.crowd.now() + int64(stretch)
	err := s.crowd.until(stretch+time.Second, func(now int64) bool { s.step(now); return now >= end })
	s.probing = false
	if err == nil {
		err = s.crowd.until(10*time.Second, func(int64) bool { return !s.waiting })
	}
	found := s.ack.Quantiles()
	s.ack = wire.Histogram{}
	return found, err
}

// postAll makes person 0 post in the common channel, one message after the other, until it has heard each itself.
func (c *crowd) postAll(s *storming, count int) error {
	poster := c.people[0]
	for range count {
		before := poster.heard
		s.waiting = true
		c.post(poster, c.common)
		if err := c.until(10*time.Second, func(int64) bool { return !s.waiting && poster.heard > before }); err != nil {
			return err
		}
	}
	return nil
}

// rememberPosition makes p greet next time from where it is now.
func (p *person) rememberPosition(common string) error {
	var said struct {
		Epoch   string            `json:"epoch"`
		Streams map[string]uint64 `json:"streams"`
	}
	if err := json.NewDecoder(bytes.NewReader(p.welcome)).Decode(&said); err != nil {
		return fmt.Errorf("the server's hello: %w", err)
	}
	if p.heard > 0 {
		said.Streams["channel:"+common] = p.heard
	}
	p.heard = max(p.heard, said.Streams["channel:"+common])
	streams, err := json.Marshal(said.Streams)
	if err != nil {
		return fmt.Errorf("positions: %w", err)
	}
	p.hello = wire.AppendFrame(nil, wire.Text, fmt.Appendf(nil, `{"type":"hello","epoch":"%s","streams":%s}`, said.Epoch, streams))
	return nil
}
