package wire

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ProcessorTime sums, over the threads of a process, nanoseconds on a processor and nanoseconds waiting for one.
func ProcessorTime(pid int) (onCPU, runDelay int64) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has just ended
		}
		if fields := strings.Fields(string(text)); len(fields) == 3 {
			a, _ := strconv.ParseInt(fields[0], 10, 64)
			b, _ := strconv.ParseInt(fields[1], 10, 64)
			onCPU, runDelay = onCPU+a, runDelay+b
		}
	}
	return onCPU, runDelay
}
