// Command load is the load generator of the bench: it holds many WebSocket connections to one server on one thread and
// measures what reaches them. The same code drives every server; a mode says which dialect it speaks (dialect.go).
//
// It is told what to do by lines on standard input, answers each with one JSON object on standard output, and ends when
// its input ends:
//
//	open N                  hold N connections in all, each greeted and ready
//	fanout W WARMUP SECONDS keep W messages outstanding, posted to each channel in turn by one of its members; report
//	                        what all members received
//	close                   close every connection
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type options struct {
	dialect        dialect
	server         syscall.SockaddrInet4
	host           string
	tokens         []string
	channels       int // how many
	channelIDs     []string
	channelNumbers map[string]int
	places         [][]int // the channels of each member; nil: all are in channel 0
	sources        int
	pid            int
	textSize       int
	spin           bool
}

// seatsOf is the channels a member is in.
func (o *options) seatsOf(member int) []int {
	if o.places == nil {
		return onlyChannel
	}
	return o.places[member%len(o.places)]
}

var onlyChannel = []int{0}

func main() {
	log.SetFlags(0)
	log.SetPrefix("load: ")
	runtime.LockOSThread()
	debug.SetGCPercent(400)
	loop, err := newLoop(parseOptions())
	if err != nil {
		log.Fatal(err)
	}
	if err := serve(loop); err != nil {
		log.Fatal(err)
	}
}

func parseOptions() options {
	mode := flag.String("mode", "hubbub", "hubbub, centrifuge or plain")
	address := flag.String("address", "127.0.0.1:8000", "the server, on loopback")
	tokens := flag.String("tokens", "", "file of session tokens, one a line (hubbub)")
	channels := flag.String("channels", "", "file of the channels' ids, one a line (hubbub)")
	seats := flag.String("seats", "", "file with the numbers of the channels of one member a line; else all are in one")
	sources := flag.Int("sources", 1, "how many source addresses to spread the connections over")
	pid := flag.Int("pid", 0, "the server's process, whose processor time is reported")
	textSize := flag.Int("text", 100, "bytes of text in a message")
	spin := flag.Bool("spin", true, "poll without sleeping while measuring")
	flag.Parse()

	if *sources < 1 || *sources > 200 || *textSize < channelDigits+1+counterDigits || *textSize > len(filler) {
		log.Fatal("sources must be 1 to 200, text at least as long as its numbers")
	}
	spoken, err := dialectOf(*mode)
	if err != nil {
		log.Fatal(err)
	}
	o := options{dialect: spoken, host: *address, channels: 1, sources: *sources, pid: *pid, textSize: *textSize, spin: *spin}
	o.server = onLoopback(*address)
	if *mode == "hubbub" {
		o.tokens, o.channelIDs = wordsOf(*tokens), wordsOf(*channels)
		o.channels = len(o.channelIDs)
		o.channelNumbers = make(map[string]int, o.channels)
		for place, id := range o.channelIDs {
			o.channelNumbers[id] = place
		}
	}
	if *seats != "" {
		if o.places, o.channels, err = readSeats(*seats); err != nil {
			log.Fatal(err)
		}
	}
	if *mode == "hubbub" && o.channels != len(o.channelIDs) {
		log.Fatalf("%d channels have members, %d have ids", o.channels, len(o.channelIDs))
	}
	return o
}

func onLoopback(address string) syscall.SockaddrInet4 {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		log.Fatal(err)
	}
	ip := net.ParseIP(host).To4()
	if ip == nil || !ip.IsLoopback() {
		log.Fatalf("%s is not a loopback address: load goes nowhere else", host)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		log.Fatal(err)
	}
	return syscall.SockaddrInet4{Port: number, Addr: [4]byte(ip)}
}

// wordsOf is what a file holds, which must be something.
func wordsOf(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	words := strings.Fields(string(text))
	if len(words) == 0 {
		log.Fatalf("%s is empty", file)
	}
	return words
}

// readSeats returns each member's channels, and how many channels there are.
func readSeats(file string) (places [][]int, channels int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, err
	}
	for line := range strings.Lines(string(text)) {
		var seats []int
		for _, word := range strings.Fields(line) {
			channel, err := strconv.Atoi(word)
			if err != nil || channel < 0 || channel > 9999 {
				return nil, 0, fmt.Errorf("%s: not a channel's number: %q", file, word)
			}
			seats, channels = append(seats, channel), max(channels, channel+1)
		}
		places = append(places, seats)
	}
	return places, channels, nil
}

// serve runs commands until standard input ends. While it waits, pings are still answered.
func serve(l *loop) error {
	answers := json.NewEncoder(os.Stdout)
	for {
		line, ok, err := l.nextCommand()
		if err != nil || !ok {
			return err
		}
		answer, err := run(l, strings.Fields(line))
		if err != nil {
			_ = answers.Encode(map[string]string{"error": err.Error()})
			return err
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
}

func run(l *loop, words []string) (any, error) {
	numbers := make([]float64, 0, 3)
	for _, word := range words[min(1, len(words)):] {
		number, err := strconv.ParseFloat(word, 64)
		if err != nil || number < 0 {
			return nil, fmt.Errorf("not a number: %q", word)
		}
		numbers = append(numbers, number)
	}
	switch {
	case len(words) == 2 && words[0] == "open":
		began := time.Now()
		err := l.open(int(numbers[0]))
		return map[string]any{"open": len(l.conns), "seconds": time.Since(began).Seconds()}, err
	case len(words) == 4 && words[0] == "fanout":
		return l.fanout(int(numbers[0]), seconds(numbers[1]), seconds(numbers[2]))
	case len(words) == 1 && words[0] == "close":
		l.closeAll()
		return map[string]any{"open": 0}, nil
	}
	return nil, fmt.Errorf("unknown command %q", words)
}

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }
