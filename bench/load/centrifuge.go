package main

import (
	"bytes"
	"fmt"

	"hubbub/bench/load/wire"
)

// centrifuge: commands and replies are JSON objects, in one frame one or more, a newline between. A member connects,
// subscribes to its channels, and answers the server's empty object, its ping, with one.
type centrifuge struct{}

var (
	push      = []byte(`{"push":{"channel":"`)
	pub       = []byte(`"pub":`)
	offset    = []byte(`"offset":`)
	reply     = []byte(`{"id":`)
	published = []byte(`"publish":`)
	failure   = []byte(`"error":`)
	empty     = []byte(`{}`)
)

const connectID = 1 // the subscription to a member's first channel has the next id

func (centrifuge) target(*loop, *conn) (string, string) { return "/socket", "" }

func (centrifuge) greet(l *loop, c *conn) {
	c.state = greeting
	commands := fmt.Appendf(nil, `{"id":%d,"connect":{}}`, connectID)
	for place, channel := range l.seatsOf(c.index) {
		commands = fmt.Appendf(commands, "\n"+`{"id":%d,"subscribe":{"channel":"%0*d"}}`, connectID+1+place, channelDigits, channel)
	}
	l.write(c, wire.AppendFrame(nil, wire.Text, commands))
}

func (d centrifuge) heard(l *loop, c *conn, text []byte, size int, now int64) {
	if bytes.HasPrefix(text, push) {
		l.count(size)
	}
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		d.object(l, c, line, now)
	}
}

func (centrifuge) object(l *loop, c *conn, line []byte, now int64) {
	switch {
	case bytes.HasPrefix(line, push):
		rest := line[len(push):]
		// The last one: what a person wrote stands before it, and may hold the word.
		at := bytes.LastIndex(rest, offset)
		if at < 0 || !bytes.Contains(rest[:min(len(rest), 32)], pub) {
			l.others++
			return
		}
		l.deliver(c, int(wire.Number(rest)), wire.Number(rest[at+len(offset):]), now)
	case bytes.Equal(line, empty):
		l.write(c, wire.AppendFrame(nil, wire.Text, empty))
	case bytes.HasPrefix(line, reply):
		id := wire.Number(line[len(reply):])
		switch {
		case bytes.Contains(line[:min(len(line), 40)], failure):
			l.fail(c, "refused: %.300s", line)
		case bytes.Contains(line, published):
			l.acknowledge(id, now)
		case c.state == greeting && id == uint64(connectID+len(l.seatsOf(c.index))):
			l.becomeLive(c)
		}
	default:
		l.others++
	}
}

func (centrifuge) message(l *loop, id uint64, channel int, number uint32) []byte {
	return fmt.Appendf(nil, `{"id":%d,"publish":{"channel":"%0*d","data":{"text":"%s"}}}`,
		id, channelDigits, channel, l.text(channel, number))
}
