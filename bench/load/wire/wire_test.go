package wire

import (
	"bytes"
	"testing"
)

func TestAFrameIsReadBackAtEveryLengthForm(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 65535} {
		frame := AppendFrame(nil, Text, bytes.Repeat([]byte{'x'}, size))
		head, got, _ := FrameAt(frame)
		if got != size || head+4+size != len(frame) {
			t.Errorf("payload of %d bytes: head %d, size %d, frame %d", size, head, got, len(frame))
		}
		if _, _, ok := FrameAt(frame[:head+max(size, 1)-1]); ok && size > 0 {
			t.Errorf("a cut frame of %d bytes passed for whole", size)
		}
	}
}

func TestABucketHoldsItsValueWithinTwoPercent(t *testing.T) {
	for value := uint64(0); value < 1<<40; value = value*5/4 + 1 {
		top := upper(bucket(value))
		if top < value || float64(top-value) > 0.02*float64(value)+1 {
			t.Errorf("value %d lies in a bucket up to %d", value, top)
		}
	}
}
