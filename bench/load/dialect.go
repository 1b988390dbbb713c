package main

import (
	"bytes"
	"fmt"
	"strings"

	"hubbub/bench/load/wire"
)

// A dialect is how a server is spoken to. Every server numbers the messages of a channel, or repeats the number that
// was posted, so that what is lost, doubled or out of turn is seen without parsing JSON.
type dialect interface {
	// target is the request's target and the heads it adds, each with its line's end.
	target(l *loop, c *conn) (target, heads string)
	// greet says what comes first after the upgrade; it or heard calls becomeLive when messages will come.
	greet(l *loop, c *conn)
	// heard handles a whole text message; size is what it took on the wire.
	heard(l *loop, c *conn, text []byte, size int, now int64)
	// message is what posts message `id` to a channel, its `number`-th.
	message(l *loop, id uint64, channel int, number uint32) []byte
}

func dialectOf(mode string) (dialect, error) {
	switch mode {
	case "hubbub":
		return hubbub{}, nil
	case "centrifuge":
		return centrifuge{}, nil
	case "plain":
		return plain{}, nil
	}
	return nil, fmt.Errorf("unknown mode %q", mode)
}

// firstPost is the lowest number that names a post: those below are for greeting.
const firstPost = 1 << 20

// hubbub: a session's cookie, one hello, then the events of every channel the user is in.
type hubbub struct{}

var (
	posted    = []byte(`{"type":"message.posted","seq":`)
	inChannel = []byte(`"channel":"`)
	answered  = []byte(`{"type":"ok","id":`)
	welcome   = []byte(`{"type":"hello"`)
	refused   = []byte(`{"type":"error"`)
)

func (hubbub) target(l *loop, c *conn) (string, string) {
	return "/socket", fmt.Sprintf("Cookie: session=%s\r\n", l.tokens[c.index%len(l.tokens)])
}

func (hubbub) greet(l *loop, c *conn) {
	c.state = greeting
	l.write(c, wire.AppendFrame(nil, wire.Text, []byte(`{"type":"hello"}`)))
}

func (hubbub) heard(l *loop, c *conn, text []byte, size int, now int64) {
	switch {
	case bytes.HasPrefix(text, posted):
		channel := 0
		if len(l.channelIDs) > 1 {
			var known bool
			if channel, known = l.channelNumbers[string(quoted(text[len(posted):], inChannel))]; !known {
				l.others++
				return
			}
		}
		l.count(size)
		l.deliver(c, channel, wire.Number(text[len(posted):]), now)
	case bytes.HasPrefix(text, answered):
		l.acknowledge(wire.Number(text[len(answered):]), now)
	case c.state == greeting && bytes.HasPrefix(text, welcome):
		l.becomeLive(c)
	case bytes.HasPrefix(text, refused):
		l.fail(c, "refused: %.300s", text)
	default:
		l.others++
	}
}

func (hubbub) message(l *loop, id uint64, channel int, number uint32) []byte {
	return fmt.Appendf(nil, `{"type":"message.post","id":%d,"channel":"%s","text":"%s","key":"%s-%019d"}`,
		id, l.channelIDs[channel], l.text(channel, number), processKey, id)
}

// plain: what is posted is sent to everybody in the channel as it is. A text begins with its channel, in four digits,
// and its number there; one frame may hold many, a newline between. The query says which channels a member is in.
type plain struct{}

func (plain) target(l *loop, c *conn) (string, string) {
	var query strings.Builder
	for place, channel := range l.seatsOf(c.index) {
		fmt.Fprintf(&query, "%cchannel=%0*d", "?&"[min(place, 1)], channelDigits, channel)
	}
	return "/socket" + query.String(), ""
}

func (plain) greet(l *loop, c *conn) { l.becomeLive(c) }

func (plain) heard(l *loop, c *conn, text []byte, size int, now int64) {
	l.count(size)
	for {
		if len(text) < l.textSize {
			l.fail(c, "not a message: %.100q", text)
			return
		}
		l.deliver(c, int(wire.Number(text[:channelDigits])), wire.Number(text[channelDigits+1:l.textSize]), now)
		if len(text) == l.textSize {
			return
		}
		text = text[l.textSize+1:]
	}
}

func (plain) message(l *loop, _ uint64, channel int, number uint32) []byte {
	return []byte(l.text(channel, number))
}

const (
	channelDigits = 4
	counterDigits = 12
)

// filler makes a text up to its size.
var filler = strings.Repeat(" the quick brown fox jumps over the lazy dog,", 200)

func (l *loop) text(channel int, number uint32) string {
	return (fmt.Sprintf("%0*d %0*d", channelDigits, channel, counterDigits, number) + filler)[:l.textSize]
}

// quoted is what stands between `mark` and the next quote; nil when there is none. Channel ids need no escapes.
func quoted(data, mark []byte) []byte {
	start := bytes.Index(data, mark)
	if start < 0 {
		return nil
	}
	data = data[start+len(mark):]
	return data[:max(0, bytes.IndexByte(data, '"'))]
}
