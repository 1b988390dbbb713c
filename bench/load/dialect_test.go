package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/bench/load/wire"
)

// aRun is a loop without sockets: two members in two channels, one message posted to each channel, all measured.
func aRun(d dialect) *loop {
	l := &loop{options: options{
		dialect: d, channels: 2, textSize: 40, places: [][]int{{0, 1}, {1, 0}},
		channelIDs: []string{"01A", "01B"}, channelNumbers: map[string]int{"01A": 0, "01B": 1},
	}}
	for place := range 2 {
		l.conns = append(l.conns, &conn{fd: -1, index: place, state: live})
		l.seats = append(l.seats, make([]seat, l.channels)...)
	}
	r := &fanRun{firstID: firstPost, outstanding: 2, made: 2}
	if err := l.seat(r); err != nil {
		panic(err)
	}
	r.remaining[0], r.remaining[1] = r.members[0], r.members[1]
	l.run = r
	return l
}

// said is what each server sends for the `number`-th message of a channel.
var said = map[string]func(l *loop, channel, number int) string{
	"hubbub": func(l *loop, channel, number int) string {
		return fmt.Sprintf(`{"type":"message.posted","seq":%d,"at":1,"channel":"%s","number":%d,"text":"seq"}`,
			number, l.channelIDs[channel], number)
	},
	"centrifuge": func(l *loop, channel, number int) string {
		return fmt.Sprintf(`{"push":{"channel":"%04d","pub":{"data":{"text":"\"offset\":9"},"info":{"user":"m"},"offset":%d}}}`,
			channel, number)
	},
	"plain": func(l *loop, channel, number int) string { return l.text(channel, uint32(number)) },
}

func TestAMessageToEveryMemberIsCountedAndComplete(t *testing.T) {
	for mode, say := range said {
		d, _ := dialectOf(mode)
		l := aRun(d)
		for _, c := range l.conns {
			for channel := range l.channels {
				text := say(l, channel, 7+channel)
				l.feed(c, append([]byte{wire.Text, byte(len(text))}, text...))
			}
		}
		if l.failed != nil || l.run.deliveries != 4 || l.run.completed != 2 || l.others != 0 {
			t.Errorf("%s: failed %v, %d deliveries, %d complete, %d others", mode, l.failed, l.run.deliveries, l.run.completed, l.others)
		}
	}
}

func TestAMessageLostDoubledOrStrayEndsTheRun(t *testing.T) {
	cases := map[string][][2]int{ // channel and number of each message one member hears
		"lost":                  {{0, 1}, {0, 3}},
		"doubled":               {{0, 1}, {0, 1}},
		"of an unknown channel": {{9, 1}},
		"more than were posted": {{0, 1}, {0, 2}},
	}
	for mode, say := range said {
		for name, heard := range cases {
			d, _ := dialectOf(mode)
			l := aRun(d)
			l.channelIDs = append(l.channelIDs, make([]string, 8)...)
			for _, message := range heard {
				d.heard(l, l.conns[0], []byte(say(l, message[0], message[1])), 1, 0)
			}
			if l.failed == nil && l.others == 0 {
				t.Errorf("%s: a message %s was taken", mode, name)
			}
		}
	}
}

func TestMessagesThatCameTogetherAreCountedOneByOne(t *testing.T) {
	for _, mode := range []string{"centrifuge", "plain"} {
		d, _ := dialectOf(mode)
		l := aRun(d)
		text := said[mode](l, 0, 1) + "\n" + said[mode](l, 1, 1)
		d.heard(l, l.conns[0], []byte(text), len(text), 0)
		if l.failed != nil || l.run.deliveries != 2 || l.run.bytes != uint64(len(text)) {
			t.Errorf("%s: failed %v, %d deliveries of %d bytes", mode, l.failed, l.run.deliveries, l.run.bytes)
		}
	}
}

func TestATextInFragmentsIsJoined(t *testing.T) {
	l := aRun(plain{})
	text := []byte(l.text(0, 1) + "\n" + l.text(1, 1))
	var data []byte
	for place, op := range []byte{opStart, opMore, opLast} {
		part := text[place*27 : min(len(text), place*27+27)]
		data = append(append(data, op, byte(len(part))), part...)
	}
	for _, part := range bytes.SplitAfter(data, []byte(" ")) { // and cut by reads
		l.feed(l.conns[0], part)
	}
	if l.failed != nil || l.run.deliveries != 2 || l.run.bytes != uint64(len(data)) {
		t.Errorf("failed %v, %d deliveries of %d bytes", l.failed, l.run.deliveries, l.run.bytes)
	}
}

func TestEveryChannelHasAPosterOfItsOwnWhereItCan(t *testing.T) {
	l := aRun(plain{})
	if l.run.posters[0] != l.conns[0] || l.run.posters[1] != l.conns[1] || l.run.members[0] != 2 {
		t.Errorf("posters %v, members %v", l.run.posters, l.run.members)
	}
}

func TestSeatsAreReadAndNonsenseIsNot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seats")
	for text, wanted := range map[string]string{"0 47\n1\n": "[[0 47] [1]] 48", "0 x\n": "", "-1\n": ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		places, channels, err := readSeats(file)
		if got := fmt.Sprint(places, " ", channels); err == nil && strings.ReplaceAll(got, "  ", " ") != wanted || (err != nil) != (wanted == "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
