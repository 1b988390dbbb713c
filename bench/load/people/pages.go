package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/bench/load/wire"
)

// Pages is the answer to `get` and `login`; times are in microseconds. The processor time is that of the server's own
// process: what Node takes to render is not in it.
type Pages struct {
	Clients    int            `json:"clients"`
	Seconds    float64        `json:"seconds"`
	Answers    uint64         `json:"answers"`
	PerSecond  float64        `json:"per_second"`
	Bytes      float64        `json:"bytes"` // of a body, as it came
	First      wire.Quantiles `json:"first_byte_us"`
	Whole      wire.Quantiles `json:"whole_us"`
	CPUPerPage float64        `json:"server_cpu_us_per_answer"`
}

// asking is one run of requests: each client asks again when it has the whole answer.
type asking struct {
	crowd     *crowd
	request   func(client int, turn int) (*http.Request, error)
	stop      context.Context
	measuring atomic.Bool
	mutex     sync.Mutex // held for what follows
	first     wire.Histogram
	whole     wire.Histogram
	answers   uint64
	bytes     uint64
	failed    error
}

func (c *crowd) get(path string, clients int, warmup, measure time.Duration) (*Pages, error) {
	return c.ask(clients, warmup, measure, func(client, _ int) (*http.Request, error) {
		request, err := http.NewRequest(http.MethodGet, "http://"+c.host+path, nil)
		if err == nil {
			request.Header.Set("Cookie", "session="+c.tokens[client%len(c.tokens)])
			request.Header.Set("Accept-Encoding", "identity")
		}
		return request, err
	})
}

func (c *crowd) login(clients int, warmup, measure time.Duration, password string) (*Pages, error) {
	return c.ask(clients, warmup, measure, func(client, turn int) (*http.Request, error) {
		name := (client + turn*clients) % len(c.tokens)
		body := fmt.Appendf(nil, `{"name":"member%06d","password":"%s"}`, name, password)
		request, err := http.NewRequest(http.MethodPost, "http://"+c.host+"/api/session", bytes.NewReader(body))
		if err == nil {
			request.Header.Set("Content-Type", "application/json")
		}
		return request, err
	})
}

func (c *crowd) ask(clients int, warmup, measure time.Duration, request func(int, int) (*http.Request, error)) (*Pages, error) {
	if clients < 1 || clients > 256 {
		return nil, fmt.Errorf("1 to 256 clients")
	}
	stop, cancel := context.WithTimeout(context.Background(), warmup+measure+10*time.Second)
	defer cancel()
	a := &asking{crowd: c, request: request, stop: stop}
	var group sync.WaitGroup
	for client := range clients {
		group.Add(1)
		go func() {
			defer group.Done()
			a.run(client)
		}()
	}
	time.Sleep(warmup)
	cpu, _ := wire.ProcessorTime(c.pid)
	began := c.now()
	a.measuring.Store(true)
	time.Sleep(measure)
	a.measuring.Store(false)
	took := float64(c.now()-began) / 1e9
	after, _ := wire.ProcessorTime(c.pid)
	cancel()
	group.Wait()
	n := max(1, a.answers)
	return &Pages{
		Clients: clients, Seconds: took, Answers: a.answers, PerSecond: float64(a.answers) / took,
		Bytes: float64(a.bytes) / float64(n), First: a.first.Quantiles(), Whole: a.whole.Quantiles(),
		CPUPerPage: float64(after-cpu) / 1e3 / float64(n),
	}, a.failed
}

func (a *asking) run(client int) {
	source := a.crowd.source(client)
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IP(source[:])}}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableCompression: true}
	defer transport.CloseIdleConnections()
	for turn := 0; a.stop.Err() == nil; turn++ {
		if err := a.once(transport, client, turn); err != nil && a.stop.Err() == nil {
			a.mutex.Lock()
			a.failed = err
			a.mutex.Unlock()
			return
		}
	}
}

func (a *asking) once(transport *http.Transport, client, turn int) error {
	request, err := a.request(client, turn)
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	var first int64
	trace := &httptrace.ClientTrace{GotFirstResponseByte: func() { first = a.crowd.now() }}
	began := a.crowd.now()
	response, err := transport.RoundTrip(request.WithContext(httptrace.WithClientTrace(a.stop, trace)))
	if err != nil {
		return fmt.Errorf("client %d: %w", client, err)
	}
	defer response.Body.Close()
	size, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		return fmt.Errorf("client %d: %w", client, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("client %d was answered %s", client, response.Status)
	}
	if a.measuring.Load() {
		a.mutex.Lock()
		defer a.mutex.Unlock()
		a.answers++
		a.bytes += uint64(size)
		a.first.Add(first - began)
		a.whole.Add(a.crowd.now() - began)
	}
	return nil
}
