package main

import (
	"syscall"
	"unsafe"

	"hubbub/bench/load/wire"
)

// First bytes of a text in fragments, which only a server sends: its start, its middle ones and its last.
const (
	opStart = 0x01
	opMore  = 0x00
	opLast  = 0x80
)

// rawRead is read(2) without telling Go's scheduler: the descriptor never blocks and nothing else wants to run.
func rawRead(fd int, buffer []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)))
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// readFrames handles every whole frame of data and returns how many bytes they took.
func (l *loop) readFrames(c *conn, data []byte) int {
	used, now := 0, int64(0)
	if l.run != nil {
		now = l.run.now()
	}
	for {
		head, size, ok := wire.FrameAt(data[used:])
		if !ok {
			return used
		}
		payload := data[used+head : used+head+size]
		switch data[used] {
		case wire.Text:
			l.dialect.heard(l, c, payload, head+size, now)
		case opStart, opMore, opLast:
			l.readFragment(c, data[used], payload, head, now)
		case wire.Ping:
			l.write(c, wire.AppendFrame(nil, wire.Pong, payload))
		case wire.Pong:
		case wire.Close:
			l.fail(c, "the server closed it: %x %.100s", payload[:min(2, size)], payload[min(2, size):])
		default:
			l.fail(c, "unexpected frame %#x", data[used])
		}
		used += head + size
	}
}

// readFragment joins a text that the server cut where its write buffer was full.
func (l *loop) readFragment(c *conn, op byte, payload []byte, head int, now int64) {
	if (op == opStart) != (c.cutSize == 0) {
		l.fail(c, "unexpected frame %#x", op)
		return
	}
	c.cut = append(c.cut, payload...)
	c.cutSize += head + len(payload)
	if op == opLast {
		text, size := c.cut, c.cutSize
		c.cut, c.cutSize = c.cut[:0], 0
		l.dialect.heard(l, c, text, size, now)
	}
}
