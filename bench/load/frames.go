package main

import (
	"encoding/binary"
	"syscall"
	"unsafe"
)

const (
	opText  = 0x81 // with FIN, as every frame here is sent whole
	opStart = 0x01 // a text's first fragment, its middle ones and its last
	opMore  = 0x00
	opLast  = 0x80
	opClose = 0x88
	opPing  = 0x89
	opPong  = 0x8a
)

// mask is a constant: the server has to undo it all the same, and the generator has to be cheap.
var mask = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// rawRead is read(2) without telling Go's scheduler: the descriptor never blocks and nothing else wants to run.
func rawRead(fd int, buffer []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)))
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

// appendFrame appends a masked frame (RFC 6455 section 5.2).
func appendFrame(to []byte, op byte, payload []byte) []byte {
	switch n := len(payload); {
	case n < 126:
		to = append(to, op, 0x80|byte(n))
	case n < 1<<16:
		to = binary.BigEndian.AppendUint16(append(to, op, 0x80|126), uint16(n))
	default:
		to = binary.BigEndian.AppendUint64(append(to, op, 0x80|127), uint64(n))
	}
	to = append(to, mask[:]...)
	start := len(to)
	to = append(to, payload...)
	for i := range to[start:] {
		to[start+i] ^= mask[i&3]
	}
	return to
}

// frameAt returns the header's and the payload's length of the frame data starts with; ok is false when it is cut.
func frameAt(data []byte) (head, size int, ok bool) {
	if len(data) < 2 {
		return 0, 0, false
	}
	head, size = 2, int(data[1]&0x7f)
	switch size {
	case 126:
		if len(data) < 4 {
			return 0, 0, false
		}
		head, size = 4, int(binary.BigEndian.Uint16(data[2:]))
	case 127:
		if len(data) < 10 {
			return 0, 0, false
		}
		head, size = 10, int(binary.BigEndian.Uint64(data[2:]))
	}
	return head, size, size >= 0 && len(data)-head >= size
}

// readFrames handles every whole frame of data and returns how many bytes they took.
func (l *loop) readFrames(c *conn, data []byte) int {
	used, now := 0, int64(0)
	if l.run != nil {
		now = l.run.now()
	}
	for {
		head, size, ok := frameAt(data[used:])
		if !ok {
			return used
		}
		payload := data[used+head : used+head+size]
		switch data[used] {
		case opText:
			l.dialect.heard(l, c, payload, head+size, now)
		case opStart, opMore, opLast:
			l.readFragment(c, data[used], payload, head, now)
		case opPing:
			l.write(c, appendFrame(nil, opPong, payload))
		case opPong:
		case opClose:
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
