package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"hubbub/bench/load/wire"
)

// filler makes the text up to its size.
var filler = strings.Repeat(" the quick brown fox jumps over the lazy dog,", 4)

// processKey tells this process's posts from those of an earlier one on the same store.
var processKey = fmt.Sprintf("%016x", rand.Uint64())

// post sends one message; its id is the number of the person's posts before it.
func (c *crowd) post(p *person, channel string) {
	id := p.posts
	p.posts++
	p.postedAt[id%maxEach] = c.now()
	text := fmt.Sprintf("%012d%s", id, filler)[:textSize]
	payload := fmt.Appendf(nil, `{"type":"message.post","id":%d,"channel":"%s","text":"%s","key":"%s-%06d-%09d"}`,
		id, channel, text, processKey, p.index, id)
	c.write(p, wire.AppendFrame(nil, wire.Text, payload))
}

// posting is one run of posts: each sender posts again when answered.
type posting struct {
	inattentive
	where     string
	measuring bool
	done      bool
	answers   uint64 // while measuring
	heard     uint64 // messages in the common channel, while measuring
	waiting   int    // posts not yet answered
	ack       wire.Histogram
}

func (r *posting) channel(p *person) string {
	if r.where == "common" {
		return r.crowd.common
	}
	return r.crowd.homes[p.index]
}

func (r *posting) send(p *person) {
	r.waiting++
	r.crowd.post(p, r.channel(p))
}

func (r *posting) answered(p *person, id uint64, now int64) {
	r.waiting--
	if r.measuring {
		r.answers++
		r.ack.Add(now - p.postedAt[id%maxEach])
	}
	if !r.done {
		r.send(p)
	}
}

func (r *posting) posted(*person, uint64, int64) {
	if r.measuring {
		r.heard++
	}
}

// Posted is the answer to `posts`; times are in microseconds.
type Posted struct {
	Senders    int            `json:"senders"`
	Each       int            `json:"each"`
	Seconds    float64        `json:"seconds"`
	Posts      uint64         `json:"posts"`
	PerSecond  float64        `json:"posts_per_second"`
	Deliveries uint64         `json:"deliveries"`
	Ack        wire.Quantiles `json:"ack_us"`
	Idle       float64        `json:"generator_idle_share"`
	ServerCPU  float64        `json:"server_cpu_seconds"`
	Waited     float64        `json:"server_waited_seconds"`
	CPUPerPost float64        `json:"server_cpu_us_per_post"`
}

func (c *crowd) posts(where string, senders, each int, warmup, measure time.Duration) (*Posted, error) {
	people := c.present()
	if where != "home" && where != "common" || senders < 1 || senders > len(people) || each < 1 || each > maxEach {
		return nil, fmt.Errorf("posts: home or common, 1 to %d senders, 1 to %d each", len(people), maxEach)
	}
	r := &posting{inattentive: inattentive{c}, where: where}
	defer c.listen(r)()
	if senders == 1 {
		c.first = people[0]
	}
	for _, p := range people[:senders] {
		for range each {
			r.send(p)
		}
	}
	if err := c.rest(warmup); err != nil {
		return nil, err
	}
	r.measuring = true
	began, idle := c.now(), int64(0)
	cpu, delay := wire.ProcessorTime(c.pid)
	for c.now()-began < int64(measure) {
		before := c.now()
		n, err := c.poll(0)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			idle += c.now() - before
		}
	}
	took := c.now() - began
	afterCPU, afterDelay := wire.ProcessorTime(c.pid)
	r.measuring, r.done = false, true
	err := c.until(30*time.Second, func(int64) bool { return r.waiting == 0 })
	used := float64(afterCPU-cpu) / 1e9
	return &Posted{
		Senders: senders, Each: each, Seconds: float64(took) / 1e9, Posts: r.answers,
		PerSecond: float64(r.answers) / (float64(took) / 1e9), Deliveries: r.heard, Ack: r.ack.Quantiles(),
		Idle: float64(idle) / float64(took), ServerCPU: used, Waited: float64(afterDelay-delay) / 1e9,
		CPUPerPost: used * 1e6 / float64(max(1, r.answers)),
	}, err
}

// rest lets time go by.
func (c *crowd) rest(pause time.Duration) error {
	end := c.now() + int64(pause)
	return c.until(pause+time.Second, func(now int64) bool { return now >= end })
}
