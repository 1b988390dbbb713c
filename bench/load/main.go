// Command load is the load generator of the bench: it holds many WebSocket connections to one server on one thread and
// measures what reaches them. The same code drives every server; a mode says how to greet and to post.
//
// It is told what to do by lines on standard input, answers each with one JSON object on standard output, and ends when
// its input ends:
//
//	open N                  hold N connections in all, each greeted and ready
//	fanout W WARMUP SECONDS keep W messages outstanding from one poster; report what all members received
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
	mode     string
	server   syscall.SockaddrInet4
	host     string
	path     string
	tokens   []string
	channel  string
	sources  int
	pid      int
	textSize int
	spin     bool
}

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
	mode := flag.String("mode", "hubbub", "hubbub or gorilla")
	address := flag.String("address", "127.0.0.1:8000", "the server, on loopback")
	path := flag.String("path", "/socket", "where the upgrade is")
	tokens := flag.String("tokens", "", "file of session tokens, one a line (hubbub)")
	channel := flag.String("channel", "", "the channel to post to (hubbub)")
	sources := flag.Int("sources", 1, "how many source addresses to spread the connections over")
	pid := flag.Int("pid", 0, "the server's process, whose processor time is reported")
	textSize := flag.Int("text", 100, "bytes of text in a message")
	spin := flag.Bool("spin", true, "poll without sleeping while measuring")
	flag.Parse()

	host, port, err := net.SplitHostPort(*address)
	if err != nil {
		log.Fatal(err)
	}
	ip := net.ParseIP(host).To4()
	if ip == nil || !ip.IsLoopback() {
		log.Fatalf("%s is not a loopback address: load goes nowhere else", host)
	}
	if *sources < 1 || *sources > 200 || *textSize < counterDigits {
		log.Fatal("sources must be 1 to 200, text at least as long as its counter")
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		log.Fatal(err)
	}
	o := options{mode: *mode, host: *address, path: *path, channel: *channel, sources: *sources, pid: *pid, textSize: *textSize, spin: *spin}
	o.server = syscall.SockaddrInet4{Port: number, Addr: [4]byte(ip)}
	switch *mode {
	case "hubbub":
		text, err := os.ReadFile(*tokens)
		if err != nil {
			log.Fatal(err)
		}
		o.tokens = strings.Fields(string(text))
		if len(o.tokens) == 0 {
			log.Fatal("no session tokens")
		}
	case "gorilla":
	default:
		log.Fatalf("unknown mode %q", *mode)
	}
	return o
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
