// Package wire is what load generators share: frames as they lie in a buffer, histograms, and the kernel's counts.
package wire

import "encoding/binary"

// First bytes of frames (RFC 6455 section 5.2), each sent whole.
const (
	Text  = 0x81
	Close = 0x88
	Ping  = 0x89
	Pong  = 0x8a
)

// mask is a constant: the server has to undo it all the same, and the generator has to be cheap.
var mask = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// AppendFrame appends a masked frame of less than 64 KiB.
func AppendFrame(to []byte, first byte, payload []byte) []byte {
	if n := len(payload); n < 126 {
		to = append(to, first, 0x80|byte(n))
	} else {
		to = binary.BigEndian.AppendUint16(append(to, first, 0x80|126), uint16(n))
	}
	to = append(to, mask[:]...)
	start := len(to)
	to = append(to, payload...)
	for i := range to[start:] {
		to[start+i] ^= mask[i&3]
	}
	return to
}

// FrameAt returns the header's and the payload's length of the frame data starts with; ok is false when it is cut.
func FrameAt(data []byte) (head, size int, ok bool) {
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

// Number reads the digits data starts with.
func Number(data []byte) (value uint64) {
	for _, digit := range data {
		if digit < '0' || digit > '9' {
			break
		}
		value = value*10 + uint64(digit-'0')
	}
	return value
}
