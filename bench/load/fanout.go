package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"hubbub/bench/load/wire"
)

const (
	maxOutstanding = 4096
	maxMeasure     = 120 * time.Second // of one run: it stops by itself
	stallLimit     = 10 * time.Second
)

// processKey tells this process's posts from those of an earlier one on the same store.
var processKey = fmt.Sprintf("%016x", rand.Uint64())

// fanRun is one fan-out run. Messages are numbered from 0 within it, each channel's turn coming round: message m is the
// m / channels-th of channel m % channels. Rings are indexed by that number.
//
// Invariant: a message is complete when every member of its channel has it, and at most `outstanding` are incomplete.
type fanRun struct {
	began       time.Time
	members     []int32 // of each channel
	posters     []*conn // of each channel
	outstanding int
	made        int
	completed   int
	remaining   [maxOutstanding]int32
	postedAt    [maxOutstanding]int64
	firstID     uint64
	measuredAt  int // the number of the first message posted in the measured time; -1 before
	deliveries  uint64
	bytes       uint64
	each        wire.Histogram
	last        wire.Histogram
	ack         wire.Histogram
	progressAt  int64
}

func (r *fanRun) now() int64 { return int64(time.Since(r.began)) }

func (r *fanRun) measures(message int) bool { return r.measuredAt >= 0 && message >= r.measuredAt }

// acknowledge takes the server's word for post `id`.
func (l *loop) acknowledge(id uint64, now int64) {
	r := l.run
	if r == nil || id < r.firstID {
		return
	}
	if message := int(id - r.firstID); message < r.made && r.measures(message) {
		r.ack.Add(now - r.postedAt[message%maxOutstanding])
	}
}

// count adds what a frame with messages took on the wire.
func (l *loop) count(size int) {
	if l.run != nil {
		l.run.bytes += uint64(size)
	}
}

// deliver counts the message that member c received in a channel, where the server gave it the number `sequence`.
func (l *loop) deliver(c *conn, channel int, sequence uint64, now int64) {
	if channel >= l.channels {
		l.fail(c, "a message in channel %d", channel)
		return
	}
	seat := &l.seats[c.index*l.channels+channel]
	if seat.sequence != 0 && sequence != uint64(seat.sequence)+1 {
		l.fail(c, "message %d came after %d in channel %d", sequence, seat.sequence, channel)
	}
	seat.sequence = uint32(sequence)
	r := l.run
	if r == nil {
		return
	}
	r.deliveries++
	message := int(seat.received)*l.channels + channel
	seat.received++
	slot := message % maxOutstanding
	if message >= r.made || r.remaining[slot] == 0 {
		l.fail(c, "received a message nobody posted to it")
		return
	}
	measured := r.measures(message)
	if measured {
		r.each.Add(now - r.postedAt[slot])
	}
	if r.remaining[slot]--; r.remaining[slot] == 0 {
		r.completed++
		r.progressAt = now
		if measured {
			r.last.Add(now - r.postedAt[slot])
		}
	}
}

// post writes as many messages as may be outstanding. One that lags a whole ring behind holds all others up.
func (l *loop) post() {
	r := l.run
	now := r.now()
	for r.made-r.completed < r.outstanding && r.remaining[r.made%maxOutstanding] == 0 {
		channel, slot := r.made%l.channels, r.made%maxOutstanding
		l.made[channel]++
		poster := r.posters[channel]
		if len(poster.unsent) == 0 {
			l.dirty = append(l.dirty, poster)
		}
		poster.unsent = wire.AppendFrame(poster.unsent, wire.Text, l.dialect.message(l, l.posts, channel, l.made[channel]))
		r.remaining[slot], r.postedAt[slot] = r.members[channel], now
		r.made++
		l.posts++
	}
	full := l.dirty[:0]
	for _, poster := range l.dirty {
		if l.flush(poster); len(poster.unsent) > 0 {
			full = append(full, poster)
		}
	}
	l.dirty = full
}

// seat says who is in each channel, and who posts there: of those for whom it comes first in their list, the first.
func (l *loop) seat(r *fanRun) error {
	r.members, r.posters = make([]int32, l.channels), make([]*conn, l.channels)
	longest := 0
	for _, c := range l.conns {
		seats := l.seatsOf(c.index)
		longest = max(longest, len(seats))
		for _, channel := range seats {
			r.members[channel]++
		}
	}
	for place := range longest {
		for _, c := range l.conns {
			if seats := l.seatsOf(c.index); place < len(seats) && r.posters[seats[place]] == nil {
				r.posters[seats[place]] = c
			}
		}
	}
	for channel, poster := range r.posters {
		if poster == nil {
			return fmt.Errorf("nobody is in channel %d", channel)
		}
	}
	return nil
}

// Report is the answer to `fanout`; times are in microseconds.
type Report struct {
	Members        int            `json:"members"` // all connections
	Channels       int            `json:"channels"`
	Outstanding    int            `json:"outstanding"`
	Seconds        float64        `json:"seconds"`
	Messages       int            `json:"messages"`
	Deliveries     uint64         `json:"deliveries"`
	PerSecond      float64        `json:"deliveries_per_second"`
	Bytes          uint64         `json:"bytes"`
	Each           wire.Quantiles `json:"latency_each_us"`
	Last           wire.Quantiles `json:"latency_last_us"`
	Ack            wire.Quantiles `json:"latency_ack_us"`
	Idle           float64        `json:"generator_idle_share"`
	ServerCPU      float64        `json:"server_cpu_seconds"`
	ServerWaited   float64        `json:"server_waited_seconds"`
	CPUPerDelivery float64        `json:"server_cpu_us_per_delivery"`
}

type mark struct {
	at, idle        int64
	made            int
	deliveries      uint64
	bytes           uint64
	onCPU, runDelay int64
}

// fanout spins on its own processor instead of sleeping, so that the server under test pays for no wake-up of ours,
// as it would pay for none if the members were on other machines.
func (l *loop) fanout(outstanding int, warmup, measure time.Duration) (*Report, error) {
	if outstanding < 1 || outstanding > maxOutstanding || len(l.conns) == 0 || warmup+measure > maxMeasure {
		return nil, fmt.Errorf("fanout: needs connections, 1 to %d outstanding, at most %s", maxOutstanding, maxMeasure)
	}
	r := &fanRun{began: time.Now(), outstanding: outstanding, firstID: l.posts, measuredAt: -1}
	if err := l.seat(r); err != nil {
		return nil, err
	}
	for place := range l.seats {
		l.seats[place].received = 0
	}
	l.run = r
	defer func() { l.run = nil }()
	var start, end mark
	var idle int64
	wait := 0
	if !l.spin {
		wait = 100
	}
	for done := false; !done || r.completed < r.made; {
		if !done {
			l.post()
		}
		before := r.now()
		n, err := l.poll(wait)
		if err != nil {
			return nil, err
		}
		now := r.now()
		if n == 0 {
			idle += now - before
		}
		switch {
		case r.measuredAt < 0 && now >= int64(warmup):
			start = l.mark(idle)
			r.measuredAt = r.made
		case !done && now >= int64(warmup+measure):
			end = l.mark(idle)
			done = true
		case now-r.progressAt > int64(stallLimit):
			return nil, fmt.Errorf("no message reached everyone for %s (%d posted, %d complete)", stallLimit, r.made, r.completed)
		case l.ended:
			return nil, fmt.Errorf("standard input ended")
		}
	}
	return l.report(start, end), nil
}

func (l *loop) mark(idle int64) mark {
	onCPU, runDelay := wire.ProcessorTime(l.pid)
	r := l.run
	return mark{at: r.now(), idle: idle, made: r.made, deliveries: r.deliveries, bytes: r.bytes, onCPU: onCPU, runDelay: runDelay}
}

func (l *loop) report(start, end mark) *Report {
	r := l.run
	took := float64(end.at-start.at) / 1e9
	deliveries := end.deliveries - start.deliveries
	cpu := float64(end.onCPU-start.onCPU) / 1e9
	return &Report{
		Members: len(l.conns), Channels: l.channels, Outstanding: r.outstanding, Seconds: took, Messages: end.made - start.made,
		Deliveries: deliveries, PerSecond: float64(deliveries) / took, Bytes: end.bytes - start.bytes,
		Each: r.each.Quantiles(), Last: r.last.Quantiles(), Ack: r.ack.Quantiles(),
		Idle: float64(end.idle-start.idle) / float64(end.at-start.at), ServerCPU: cpu,
		ServerWaited: float64(end.runDelay-start.runDelay) / 1e9, CPUPerDelivery: cpu * 1e6 / float64(max(1, deliveries)),
	}
}
