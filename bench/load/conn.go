package main

import (
	"bytes"
	"fmt"
	"syscall"
)

type state uint8

const (
	connecting state = iota // TCP
	upgrading               // the request is sent, 101 awaited
	greeting                // hello is sent, its answer awaited
	live
)

// conn is one member. `rest` holds a frame cut by a read, and is empty nearly always.
type conn struct {
	fd      int
	index   int
	state   state
	rest    []byte
	unsent  []byte
	cut     []byte // of a text in fragments: what came of it, and its size with the heads
	cutSize int
}

// seat is what one member has had of one channel.
type seat struct {
	received uint32 // messages of this run
	sequence uint32 // of the last message: what the server numbered it, or the number in the text
}

// ipBindAddressNoPort lets the kernel choose the port at connect, so that ports are free per destination.
const ipBindAddressNoPort = 24

func (l *loop) connect() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	c := &conn{fd: fd, index: len(l.conns)}
	for len(l.byFd) <= fd {
		l.byFd = append(l.byFd, nil)
	}
	l.byFd[fd] = c
	l.conns = append(l.conns, c)
	l.seats = append(l.seats, make([]seat, l.channels)...)
	l.pending++
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return fmt.Errorf("TCP_NODELAY: %w", err)
	}
	if l.sources > 1 {
		if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, ipBindAddressNoPort, 1); err != nil {
			return fmt.Errorf("IP_BIND_ADDRESS_NO_PORT: %w", err)
		}
		source := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 1, byte(1 + c.index%l.sources)}}
		if err := syscall.Bind(fd, source); err != nil {
			return fmt.Errorf("bind: %w", err)
		}
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | edgeTriggered, Fd: int32(fd)}
	if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	if err := syscall.Connect(fd, &l.server); err != nil && err != syscall.EINPROGRESS {
		return fmt.Errorf("connect: %w", err)
	}
	return nil
}

func (l *loop) ready(c *conn, events uint32) {
	if c.state == connecting {
		if events&(syscall.EPOLLOUT|syscall.EPOLLERR|syscall.EPOLLHUP) == 0 {
			return
		}
		if code, err := syscall.GetsockoptInt(c.fd, syscall.SOL_SOCKET, syscall.SO_ERROR); err != nil || code != 0 {
			l.fail(c, "connect: %w", syscall.Errno(code))
			return
		}
		c.state = upgrading
		l.write(c, l.upgradeRequest(c))
		l.onlyReads(c)
		return
	}
	l.read(c)
}

// onlyReads leaves out readiness to write: a write to a socket makes it ready again and again, for nothing.
func (l *loop) onlyReads(c *conn) {
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | edgeTriggered, Fd: int32(c.fd)}
	if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_MOD, c.fd, &event); err != nil {
		l.fail(c, "epoll_ctl: %w", err)
	}
}

func (l *loop) upgradeRequest(c *conn) []byte {
	target, heads := l.dialect.target(l, c)
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: m3xNMIzhueJyd3N66EAK6w==\r\n%s\r\n", target, l.host, l.host, heads)
}

func (l *loop) write(c *conn, data []byte) {
	c.unsent = append(c.unsent, data...)
	l.flush(c)
}

func (l *loop) flush(c *conn) {
	for len(c.unsent) > 0 {
		n, err := syscall.Write(c.fd, c.unsent)
		if err == syscall.EAGAIN || err == syscall.EINTR {
			return
		}
		if err != nil {
			l.fail(c, "write: %w", err)
			return
		}
		c.unsent = c.unsent[:copy(c.unsent, c.unsent[n:])]
	}
}

// read empties the socket, as an edge-triggered event demands, and handles every whole frame.
func (l *loop) read(c *conn) {
	for {
		n, errno := rawRead(c.fd, l.buffer)
		if errno == syscall.EAGAIN {
			return
		}
		if errno != 0 {
			l.fail(c, "read: %w", errno)
			return
		}
		if n == 0 {
			l.fail(c, "the server closed it")
			return
		}
		l.feed(c, l.buffer[:n])
		if n < len(l.buffer) || l.byFd[c.fd] != c {
			return
		}
	}
}

func (l *loop) feed(c *conn, data []byte) {
	if len(c.rest) > 0 {
		c.rest = append(c.rest, data...)
		data = c.rest
	}
	used := 0
	if c.state == upgrading {
		if used = l.readHead(c, data); used == 0 {
			c.rest = append(c.rest[:0], data...)
			return
		}
	}
	used += l.readFrames(c, data[used:])
	if used < len(data) {
		c.rest = append(c.rest[:0], data[used:]...)
	} else if c.rest != nil {
		c.rest = c.rest[:0]
	}
}

// readHead returns the length of the server's whole response head, or 0 when more is to come.
func (l *loop) readHead(c *conn, data []byte) int {
	end := bytes.Index(data, []byte("\r\n\r\n"))
	if end < 0 {
		return 0
	}
	if !bytes.HasPrefix(data, []byte("HTTP/1.1 101 ")) {
		l.fail(c, "upgrade refused: %.300s", data)
		return len(data)
	}
	l.dialect.greet(l, c)
	return end + 4
}

func (l *loop) becomeLive(c *conn) {
	c.state = live
	l.pending--
}
