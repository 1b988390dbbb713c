package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	counterDigits  = 12
	maxOutstanding = 4096
	maxMeasure     = 120 * time.Second // of one run: it stops by itself
	stallLimit     = 10 * time.Second
)

// filler makes the text up to its size.
var filler = strings.Repeat(" the quick brown fox jumps over the lazy dog,", 200)

// processKey tells this process's posts from those of an earlier one on the same store.
var processKey = fmt.Sprintf("%016x", rand.Uint64())

// fanRun is one fan-out run. Messages are numbered from 0 within it; rings are indexed by that number.
//
// Invariant: a message is complete when every member has it, and at most `outstanding` are incomplete.
type fanRun struct {
	began       time.Time
	members     int32
	outstanding int
	made        int
	completed   int
	remaining   [maxOutstanding]int32
	postedAt    [maxOutstanding]int64
	firstID     uint64
	measuredAt  int // the number of the first message posted in the measured time; -1 before
	deliveries  uint64
	bytes       uint64
	each        histogram
	last        histogram
	ack         histogram
	progressAt  int64
}

func (r *fanRun) now() int64 { return int64(time.Since(r.began)) }

func (r *fanRun) measures(message int) bool { return r.measuredAt >= 0 && message >= r.measuredAt }

func (r *fanRun) acknowledge(id uint64, now int64) {
	if message := int(id - r.firstID); message >= 0 && message < r.made && r.measures(message) {
		r.ack.add(now - r.postedAt[message%maxOutstanding])
	}
}

// deliver counts `count` messages that member c received, the first of them numbered `sequence` by the server.
func (l *loop) deliver(c *conn, sequence uint64, count int, size int, now int64) {
	if c.sequence != 0 && sequence != c.sequence+1 {
		l.fail(c, "message %d came after %d", sequence, c.sequence)
	}
	c.sequence = sequence + uint64(count) - 1
	r := l.run
	if r == nil {
		return
	}
	r.deliveries += uint64(count)
	r.bytes += uint64(size)
	for range count {
		message := int(c.received)
		c.received++
		slot := message % maxOutstanding
		if message >= r.made || r.remaining[slot] == 0 {
			l.fail(c, "received a message nobody posted")
			return
		}
		if r.measures(message) {
			r.each.add(now - r.postedAt[slot])
		}
		if r.remaining[slot]--; r.remaining[slot] == 0 {
			r.completed++
			r.progressAt = now
			if r.measures(message) {
				r.last.add(now - r.postedAt[slot])
			}
		}
	}
}

// post lets the first member write as many messages as may be outstanding.
func (l *loop) post() {
	poster, r := l.conns[0], l.run
	now := r.now()
	for r.made-r.completed < r.outstanding {
		slot := r.made % maxOutstanding
		r.remaining[slot], r.postedAt[slot] = r.members, now
		poster.unsent = appendFrame(poster.unsent, opText, l.message())
		r.made++
		l.posts++
	}
	l.flush(poster)
}

func (l *loop) message() []byte {
	text := (fmt.Sprintf("%0*d", counterDigits, l.posts+1) + filler)[:l.textSize]
	if l.mode == "gorilla" {
		return []byte(text)
	}
	return fmt.Appendf(nil, `{"type":"message.post","id":%d,"channel":"%s","text":"%s","key":"%s-%019d"}`,
		l.posts, l.channel, text, processKey, l.posts)
}

// Report is the answer to `fanout`; times are in microseconds.
type Report struct {
	Members        int      `json:"members"`
	Outstanding    int      `json:"outstanding"`
	Seconds        float64  `json:"seconds"`
	Messages       int      `json:"messages"`
	Deliveries     uint64   `json:"deliveries"`
	PerSecond      float64  `json:"deliveries_per_second"`
	Bytes          uint64   `json:"bytes"`
	Each           Quantile `json:"latency_each_us"`
	Last           Quantile `json:"latency_last_us"`
	Ack            Quantile `json:"latency_ack_us"`
	Idle           float64  `json:"generator_idle_share"`
	ServerCPU      float64  `json:"server_cpu_seconds"`
	ServerWaited   float64  `json:"server_waited_seconds"`
	CPUPerDelivery float64  `json:"server_cpu_us_per_delivery"`
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
	r := &fanRun{began: time.Now(), members: int32(len(l.conns)), outstanding: outstanding, firstID: l.posts, measuredAt: -1}
	for _, c := range l.conns {
		c.received = 0
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
	return r.report(start, end), nil
}

func (l *loop) mark(idle int64) mark {
	onCPU, runDelay := processorTime(l.pid)
	r := l.run
	return mark{at: r.now(), idle: idle, made: r.made, deliveries: r.deliveries, bytes: r.bytes, onCPU: onCPU, runDelay: runDelay}
}

func (r *fanRun) report(start, end mark) *Report {
	took := float64(end.at-start.at) / 1e9
	deliveries := end.deliveries - start.deliveries
	cpu := float64(end.onCPU-start.onCPU) / 1e9
	return &Report{
		Members: int(r.members), Outstanding: r.outstanding, Seconds: took, Messages: end.made - start.made,
		Deliveries: deliveries, PerSecond: float64(deliveries) / took, Bytes: end.bytes - start.bytes,
		Each: r.each.quantiles(), Last: r.last.quantiles(), Ack: r.ack.quantiles(),
		Idle: float64(end.idle-start.idle) / float64(end.at-start.at), ServerCPU: cpu,
		ServerWaited: float64(end.runDelay-start.runDelay) / 1e9, CPUPerDelivery: cpu * 1e6 / float64(max(1, deliveries)),
	}
}

// processorTime sums, over the threads of a process, nanoseconds on a processor and nanoseconds waiting for one.
func processorTime(pid int) (onCPU, runDelay int64) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if fields := strings.Fields(string(text)); len(fields) == 3 {
			a, _ := strconv.ParseInt(fields[0], 10, 64)
			b, _ := strconv.ParseInt(fields[1], 10, 64)
			onCPU, runDelay = onCPU+a, runDelay+b
		}
	}
	return onCPU, runDelay
}
