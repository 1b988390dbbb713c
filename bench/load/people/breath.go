package main

import (
	"fmt"
	"time"

	"hubbub/bench/load/wire"
)

const pingEvery = int64(500 * time.Microsecond)

var ping = wire.AppendFrame(nil, wire.Text, []byte(`{"type":"ping","id":1}`))

// breathing is person 0 pinging, one ping at a time, while person 1 posts to everybody. A ping is the protocol's command:
// control frames of WebSocket's own are bounded.
//
// It is answered by the server's loop when that next takes what came in: the time it takes is the time the loop did not
// look, and a round trip besides.
type breathing struct {
	inattentive
	pinged    int64 // when the ping on its way was sent; 0: none is
	theirs    int64 // the server's wait for a processor until then, and ours
	ours      int64
	waits     *wire.Waits
	next      int64
	members   int
	heard     int // deliveries of what is posted here
	made      int // posts
	measuring bool
	trip      wire.Histogram
	running   wire.Histogram // the same without what either of us waited for a processor that another process had
}

func (b *breathing) answered(p *person, _ uint64, now int64) {
	if p.index != 0 {
		return // a post of person 1
	}
	if b.measuring {
		b.trip.Add(now - b.pinged)
		theirs, ours := b.waits.Now()
		b.running.Add(now - b.pinged - max(0, theirs-b.theirs, ours-b.ours)) // the two may have waited at one time
	}
	b.next, b.pinged = b.pinged+pingEvery, 0
}

func (b *breathing) posted(*person, uint64, int64) { b.heard++ }

func (b *breathing) ping() {
	if now := b.crowd.now(); b.pinged == 0 && now >= b.next {
		b.theirs, b.ours = b.waits.Now()
		b.pinged = b.crowd.now()
		b.crowd.write(b.crowd.people[0], ping)
	}
}

func (b *breathing) step(each int) {
	b.ping()
	for b.made-b.heard/b.members < each {
		b.made++
		b.crowd.post(b.crowd.people[1], b.crowd.common)
	}
}

// Breath is the answer to `breath`; times are in microseconds.
type Breath struct {
	Members   int            `json:"members"`
	Each      int            `json:"each"`
	Seconds   float64        `json:"seconds"`
	Messages  int            `json:"messages"`
	PerSecond float64        `json:"deliveries_per_second"`
	Trip      wire.Quantiles `json:"trip_us"`
	Running   wire.Quantiles `json:"running_us"` // without waiting for a processor
}

func (c *crowd) breath(each int, measure time.Duration) (*Breath, error) {
	members := len(c.present())
	if members < 2 || each > maxEach || c.people[0].state != present || c.people[1].state != present {
		return nil, fmt.Errorf("breath: persons 0 and 1 must be there, and at most %d posts on the way", maxEach)
	}
	waits, err := wire.WatchWaits(c.pid)
	if err != nil {
		return nil, err
	}
	defer waits.Close()
	b := &breathing{inattentive: inattentive{c}, members: members, waits: waits}
	defer c.listen(b)()
	c.first, c.between = c.people[0], b.ping
	step := func(end int64) func(int64) bool {
		return func(now int64) bool { b.step(each); return now >= end }
	}
	if err := c.until(2*time.Second, step(c.now()+int64(time.Second))); err != nil {
		return nil, err
	}
	start, before := c.now(), b.heard
	b.measuring = true
	if err := c.until(measure+time.Second, step(start+int64(measure))); err != nil {
		return nil, err
	}
	b.measuring = false
	took, heard := float64(c.now()-start)/1e9, b.heard-before
	err = c.until(30*time.Second, func(int64) bool { return b.heard >= b.made*members })
	return &Breath{
		Members: members, Each: each, Seconds: took, Messages: heard / members, PerSecond: float64(heard) / took,
		Trip: b.trip.Quantiles(), Running: b.running.Quantiles(),
	}, err
}
