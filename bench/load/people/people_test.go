package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hubbub/bench/load/wire"
)

func TestWhoComesBackNamesTheLastMessageHeard(t *testing.T) {
	p := &person{heard: 44, welcome: []byte(`{"type":"hello","epoch":"E","streams":{"channel:C":41,"user:U":7},"limits":{}}`)}
	if err := p.rememberPosition("C"); err != nil {
		t.Fatal(err)
	}
	want := `{"type":"hello","epoch":"E","streams":{"channel:C":44,"user:U":7}}`
	if got := string(unmask(p.hello)); got != want {
		t.Errorf("it says %s, not %s", got, want)
	}
}

func TestWhoHeardNothingComesBackFromWhereTheHelloWas(t *testing.T) {
	p := &person{welcome: []byte(`{"type":"hello","epoch":"E","streams":{"channel:C":41}}`)}
	if err := p.rememberPosition("C"); err != nil {
		t.Fatal(err)
	}
	if p.heard != 41 || !strings.Contains(string(unmask(p.hello)), `"channel:C":41`) {
		t.Errorf("heard %d, says %s", p.heard, unmask(p.hello))
	}
}

func TestWhoIsSentAwayWaitsAtLeastAsLongAsTold(t *testing.T) {
	c := &crowd{began: time.Now()}
	p := &person{index: 9, fd: -1}
	s := &storming{inattentive: inattentive{c}, since: 1, left: 1, reached: map[*person]bool{p: false}}
	s.lost(p, fmt.Errorf("%w: HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\n\r\n", errRefused))
	if s.refused != 1 || len(s.away) != 1 || p.retryAt < int64(3*time.Second) {
		t.Errorf("refused %d, waiting %d, again at %d", s.refused, len(s.away), p.retryAt)
	}
	s.lost(&person{index: 1, fd: -1}, errors.New("reset"))
	if c.failed == nil {
		t.Error("losing somebody who was not cut is a failure")
	}
}

func TestABadArgumentIsToldAndEndsTheCommand(t *testing.T) {
	c := &crowd{began: time.Now(), people: []*person{}}
	for _, words := range [][]string{{"open", "x", "1", "1"}, {"posts", "home"}, {"nothing"}, {}} {
		if _, err := run(c, words); err == nil {
			t.Errorf("%v was carried out", words)
		}
	}
}

func unmask(frame []byte) []byte {
	head, size, _ := wire.FrameAt(frame)
	mask, payload := frame[head:head+4], frame[head+4:]
	out := make([]byte, size)
	for i := range out {
		out[i] = payload[i] ^ mask[i&3]
	}
	return out
}
