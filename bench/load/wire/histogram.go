package wire

import "math/bits"

const subBuckets = 64 // per power of two: a quantile is exact to 1.6 %

// Histogram counts nanoseconds in log-linear buckets: linear within a power of two.
type Histogram struct {
	counts [64 * subBuckets]uint64
	total  uint64
	most   int64
}

// Quantiles holds microseconds.
type Quantiles struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p999"`
	Max   float64 `json:"max"`
}

func (h *Histogram) Add(nanoseconds int64) {
	value := max(nanoseconds, 0)
	h.counts[bucket(uint64(value))]++
	h.total++
	h.most = max(h.most, value)
}

func bucket(value uint64) int {
	shift := max(bits.Len64(value)-7, 0)
	return shift*subBuckets + int(value>>shift)
}

// upper is the largest value of a bucket.
func upper(index int) uint64 {
	shift := max(index/subBuckets-1, 0)
	return (uint64(index-shift*subBuckets)+1)<<shift - 1
}

func (h *Histogram) at(share float64) float64 {
	wanted, seen := uint64(share*float64(h.total)), uint64(0)
	for index, count := range h.counts {
		if seen += count; count > 0 && seen >= wanted {
			return min(float64(upper(index)), float64(h.most)) / 1e3
		}
	}
	return 0
}

func (h *Histogram) Quantiles() Quantiles {
	return Quantiles{
		Count: h.total, P50: h.at(0.5), P90: h.at(0.9), P99: h.at(0.99), P999: h.at(0.999), Max: float64(h.most) / 1e3,
	}
}
