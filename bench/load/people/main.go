// Command people is the load of the bench's own cases: many people of one Hubbub server, who post, come, go, come back
// and read pages. All sockets are on one thread over raw epoll; only the `get` and `login` commands use Go's own HTTP.
//
// It is told what to do by lines on standard input, answers each with one JSON object on standard output, and ends when
// its input ends. People are numbered as in the file they come from (`token home`, one a line):
//
//	open FIRST COUNT AT_ONCE          connect and greet those; at most AT_ONCE handshakes under way
//	close                             close every connection
//	posts WHERE SENDERS EACH WARMUP SECONDS   the first SENDERS post, each with EACH unanswered; WHERE: home or common
//	breath EACH SECONDS               person 0 pings while person 1 posts to all with EACH on the way (0: nobody posts)
//	storm COUNT MISSED JITTER         cut the last COUNT, post MISSED, let them come back; person 0 posts meanwhile
//	get PATH CLIENTS WARMUP SECONDS   read a page over and over
//	login CLIENTS WARMUP SECONDS PASSWORD   log in over and over
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

const (
	maxMeasure = 300 * time.Second // of one command: it stops by itself
	textSize   = 100
)

type options struct {
	server  syscall.SockaddrInet4
	host    string // and port
	common  string
	tokens  []string
	homes   []string
	sources int
	pid     int
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("people: ")
	runtime.LockOSThread()
	debug.SetGCPercent(400)
	crowd, err := newCrowd(parseOptions())
	if err != nil {
		log.Fatal(err)
	}
	if err := serve(crowd); err != nil {
		log.Fatal(err)
	}
}

func parseOptions() options {
	address := flag.String("address", "127.0.0.1:8000", "the server, on loopback")
	people := flag.String("people", "", "file of `token home`, one a line")
	common := flag.String("common", "", "the channel everybody is in")
	sources := flag.Int("sources", 1, "how many source addresses to spread the connections over")
	pid := flag.Int("pid", 0, "the server's process, whose processor time is reported")
	flag.Parse()

	host, port, err := net.SplitHostPort(*address)
	if err != nil {
		log.Fatal(err)
	}
	ip := net.ParseIP(host).To4()
	if ip == nil || !ip.IsLoopback() {
		log.Fatalf("%s is not a loopback address: load goes nowhere else", host)
	}
	number, err := strconv.Atoi(port)
	if err != nil || *sources < 1 || *sources > 200 {
		log.Fatal("the port must be a number, sources 1 to 200")
	}
	text, err := os.ReadFile(*people)
	if err != nil {
		log.Fatal(err)
	}
	o := options{host: *address, common: *common, sources: *sources, pid: *pid}
	o.server = syscall.SockaddrInet4{Port: number, Addr: [4]byte(ip)}
	for words := strings.Fields(string(text)); len(words) > 1; words = words[2:] {
		o.tokens, o.homes = append(o.tokens, words[0]), append(o.homes, words[1])
	}
	if len(o.tokens) == 0 {
		log.Fatal("there is nobody in the file of people")
	}
	return o
}

// serve runs commands until standard input ends. While it waits, pings are still answered.
func serve(c *crowd) error {
	answers := json.NewEncoder(os.Stdout)
	for {
		line, ok, err := c.nextCommand()
		if err != nil || !ok {
			return err
		}
		answer, err := run(c, strings.Fields(line))
		if err != nil {
			_ = answers.Encode(map[string]string{"error": err.Error()})
			return err
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
}

func run(c *crowd, words []string) (any, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("no command")
	}
	a := arguments{words: words[1:]}
	switch words[0] {
	case "open":
		return then(&a, func() (any, error) { return c.open(a.count(), a.count(), a.count()) })
	case "close":
		c.closeAll()
		return map[string]int{"open": 0}, nil
	case "posts":
		return then(&a, func() (any, error) {
			return c.posts(a.word(), a.count(), a.count(), a.seconds(), a.seconds())
		})
	case "breath":
		return then(&a, func() (any, error) { return c.breath(a.count(), a.seconds()) })
	case "storm":
		return then(&a, func() (any, error) { return c.storm(a.count(), a.count(), a.seconds()) })
	case "get":
		return then(&a, func() (any, error) { return c.get(a.word(), a.count(), a.seconds(), a.seconds()) })
	case "login":
		return then(&a, func() (any, error) { return c.login(a.count(), a.seconds(), a.seconds(), a.word()) })
	}
	return nil, fmt.Errorf("unknown command %q", words[0])
}

// then carries out a command that reads its arguments as it starts; a bad one makes it refuse its first step.
func then(a *arguments, do func() (any, error)) (any, error) {
	answer, err := do()
	if a.err != nil {
		return nil, a.err
	}
	return answer, err
}

// arguments are taken one by one; the first bad one is remembered, and zero stands for it.
type arguments struct {
	words []string
	err   error
}

func (a *arguments) word() string {
	if len(a.words) == 0 {
		a.err = fmt.Errorf("an argument is missing")
		return ""
	}
	word := a.words[0]
	a.words = a.words[1:]
	return word
}

func (a *arguments) number() float64 {
	number, err := strconv.ParseFloat(a.word(), 64)
	if err != nil || number < 0 || number > 1e6 {
		a.err = fmt.Errorf("not a number in bounds: %w", err)
		return 0
	}
	return number
}

func (a *arguments) count() int { return int(a.number()) }

func (a *arguments) seconds() time.Duration {
	return min(maxMeasure, time.Duration(a.number()*float64(time.Second)))
}
