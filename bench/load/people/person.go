package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"hubbub/bench/load/wire"
)

type state uint8

const (
	away       state = iota
	connecting       // TCP
	upgrading        // the request is sent, 101 awaited
	greeting         // hello is sent, its answer awaited
	present
)

// person has at most one connection. `rest` holds a frame cut by a read, and is empty nearly always.
type person struct {
	index    int
	fd       int
	state    state
	began    int64  // when connecting began
	heard    uint64 // seq of the last message in the common channel
	hello    []byte // the frame to greet with: positions, once there are any
	welcome  []byte // the server's answer to it
	rest     []byte
	unsent   []byte
	postedAt [maxEach]int64 // by id
	posts    uint64         // ids given out
	retryAt  int64
	tries    int
}

var errRefused = errors.New("refused")

const (
	// ipBindAddressNoPort lets the kernel choose the port at connect, so that ports are free per destination.
	ipBindAddressNoPort = 24
	edgeTriggered       = 1 << 31 // EPOLLET; the syscall package's constant is negative
)

var (
	posted   = []byte(`{"type":"message.posted","seq":`)
	answered = []byte(`{"type":"ok","id":`)
	welcome  = []byte(`{"type":"hello"`)
	refused  = []byte(`{"type":"error"`)
	plain    = wire.AppendFrame(nil, wire.Text, []byte(`{"type":"hello"}`))
)

// connect starts p's connection; what comes of it is heard.
func (c *crowd) connect(p *person) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	p.fd, p.state, p.began = fd, connecting, c.now()
	for len(c.byFd) <= fd {
		c.byFd = append(c.byFd, nil)
	}
	c.byFd[fd] = p
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return fmt.Errorf("TCP_NODELAY: %w", err)
	}
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, ipBindAddressNoPort, 1); err != nil {
		return fmt.Errorf("IP_BIND_ADDRESS_NO_PORT: %w", err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: c.source(p.index)}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | edgeTriggered, Fd: int32(fd)}
	if err := syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	if err := syscall.Connect(fd, &c.server); err != nil && err != syscall.EINPROGRESS {
		c.lose(p, fmt.Errorf("connect: %w", err))
	}
	return nil
}

func (c *crowd) source(index int) [4]byte { return [4]byte{127, 0, 1, byte(1 + index%c.sources)} }

func (c *crowd) ready(p *person, events uint32) {
	if p.state != connecting {
		c.read(p)
		return
	}
	if events&(syscall.EPOLLOUT|syscall.EPOLLERR|syscall.EPOLLHUP) == 0 {
		return
	}
	if code, err := syscall.GetsockoptInt(p.fd, syscall.SOL_SOCKET, syscall.SO_ERROR); err != nil || code != 0 {
		c.lose(p, fmt.Errorf("connect: %w", syscall.Errno(code)))
		return
	}
	p.state = upgrading
	c.write(p, c.upgradeRequest(p))
	if p.state == upgrading {
		// A write to a socket makes it ready to write again and again, for nothing.
		event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | edgeTriggered, Fd: int32(p.fd)}
		if err := syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_MOD, p.fd, &event); err != nil {
			c.lose(p, fmt.Errorf("epoll_ctl: %w", err))
		}
	}
}

func (c *crowd) upgradeRequest(p *person) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "GET /socket HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: session=%s\r\n", c.host, c.host, c.tokens[p.index])
	b.WriteString("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")
	b.WriteString("Sec-WebSocket-Key: m3xNMIzhueJyd3N66EAK6w==\r\n\r\n")
	return []byte(b.String())
}

func (c *crowd) write(p *person, data []byte) {
	p.unsent = append(p.unsent, data...)
	for len(p.unsent) > 0 {
		n, err := syscall.Write(p.fd, p.unsent)
		if err == syscall.EINTR {
			continue
		}
		if err != nil { // so little is sent that a full socket is a failure too
			c.lose(p, fmt.Errorf("write: %w", err))
			return
		}
		p.unsent = p.unsent[:copy(p.unsent, p.unsent[n:])]
	}
}

// read empties the socket, as an edge-triggered event demands, and handles every whole frame.
func (c *crowd) read(p *person) {
	for p.state > connecting {
		n, err := syscall.Read(p.fd, c.buffer)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return
		case err != nil:
			c.lose(p, fmt.Errorf("read: %w", err))
			return
		case n == 0:
			c.lose(p, errors.New("the server closed it"))
			return
		}
		c.feed(p, c.buffer[:n])
		if n < len(c.buffer) {
			return
		}
	}
}

func (c *crowd) feed(p *person, data []byte) {
	if len(p.rest) > 0 {
		p.rest = append(p.rest, data...)
		data = p.rest
	}
	used := 0
	if p.state == upgrading {
		if used = c.readHead(p, data); used == 0 {
			p.rest = append(p.rest[:0], data...)
			return
		}
	}
	used += c.readFrames(p, data[used:])
	if p.state == away {
		p.rest = nil
	} else if used < len(data) {
		p.rest = append(p.rest[:0], data[used:]...)
	} else if p.rest != nil {
		p.rest = p.rest[:0]
	}
}

// readHead returns the length of the server's whole response head, or 0 when more is to come.
func (c *crowd) readHead(p *person, data []byte) int {
	end := bytes.Index(data, []byte("\r\n\r\n"))
	if end < 0 {
		return 0
	}
	if !bytes.HasPrefix(data, []byte("HTTP/1.1 101 ")) {
		c.lose(p, fmt.Errorf("%w: %.400s", errRefused, data))
		return len(data)
	}
	p.state = greeting
	if p.hello == nil {
		p.hello = plain
	}
	c.write(p, p.hello)
	return end + 4
}

// readFrames handles every whole frame of data and returns how many bytes they took.
func (c *crowd) readFrames(p *person, data []byte) int {
	used := 0
	now := c.now()
	for p.state != away {
		head, size, ok := wire.FrameAt(data[used:])
		if !ok {
			break
		}
		payload := data[used+head : used+head+size]
		switch data[used] {
		case wire.Text:
			c.readText(p, payload, now)
		case wire.Ping:
			c.write(p, wire.AppendFrame(nil, wire.Pong, payload))
		case wire.Pong:
		case wire.Close:
			c.lose(p, fmt.Errorf("%w: closed with %x %.100s", errRefused, payload[:min(2, size)], payload[min(2, size):]))
		default:
			c.lose(p, fmt.Errorf("unexpected frame %#x", data[used]))
		}
		used += head + size
	}
	return used
}

func (c *crowd) readText(p *person, payload []byte, now int64) {
	switch {
	case bytes.HasPrefix(payload, posted):
		// The channel follows at once behind seq and time: no need to look further.
		if seq := wire.Number(payload[len(posted):]); bytes.Contains(payload[:min(140, len(payload))], c.commonField) {
			if p.heard != 0 && seq <= p.heard {
				c.failed = fmt.Errorf("person %d heard message %d after %d", p.index, seq, p.heard)
			}
			p.heard = seq
			c.hear.posted(p, seq, now)
		}
	case bytes.HasPrefix(payload, answered):
		c.hear.answered(p, wire.Number(payload[len(answered):]), now)
	case p.state == greeting && bytes.HasPrefix(payload, welcome):
		p.state = present
		p.welcome = append(p.welcome[:0], payload...)
		c.hear.greeted(p, now)
	case bytes.HasPrefix(payload, refused):
		c.lose(p, fmt.Errorf("%w: %.300s", errRefused, payload))
	}
}

// lose closes p's connection and says why.
func (c *crowd) lose(p *person, why error) {
	if p.state == away {
		return
	}
	c.drop(p)
	c.hear.lost(p, why)
}

// drop closes p's connection without a word to anybody but the server.
func (c *crowd) drop(p *person) {
	if p.state == away {
		return
	}
	c.byFd[p.fd] = nil
	_ = syscall.Close(p.fd)
	p.fd, p.state, p.rest, p.unsent = -1, away, nil, p.unsent[:0]
}

// cut ends p's connection as a pulled cable and a rebooted router do: with a reset, and nothing said before.
func (c *crowd) cut(p *person) {
	if p.state != away {
		_ = syscall.SetsockoptLinger(p.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1, Linger: 0})
		c.drop(p)
	}
}
