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

// Waits tells how long a server, and the thread that asks, were kept from running by other processes.
type Waits struct {
	main, ours *os.File
	threads    []*os.File // the server's others
	buffer     [128]byte
}

// WatchWaits watches the threads that process has now.
func WatchWaits(pid int) (*Waits, error) {
	w := &Waits{}
	names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, name := range append(names, "/proc/thread-self/schedstat") {
		file, err := os.Open(name)
		if err != nil {
			w.Close()
			return nil, fmt.Errorf("waits for a processor: %w", err)
		}
		switch name {
		case fmt.Sprintf("/proc/%d/task/%d/schedstat", pid, pid):
			w.main = file
		case "/proc/thread-self/schedstat":
			w.ours = file
		default:
			w.threads = append(w.threads, file)
		}
	}
	return w, nil
}

// Now returns two sums that only have a meaning when an earlier one is taken from them. The first grows while the
// server's main thread is ready and has no processor, and shrinks while its other threads have one: what they take from
// it is the server's own affair, since all of them share a processor.
func (w *Waits) Now() (theirs, ours int64) {
	_, theirs = w.read(w.main)
	for _, file := range w.threads {
		onCPU, _ := w.read(file)
		theirs -= onCPU
	}
	_, ours = w.read(w.ours)
	return theirs, ours
}

func (w *Waits) read(file *os.File) (onCPU, runDelay int64) {
	if file == nil {
		return 0, 0
	}
	n, _ := file.ReadAt(w.buffer[:], 0)
	first, rest, _ := strings.Cut(string(w.buffer[:n]), " ")
	second, _, _ := strings.Cut(rest, " ")
	onCPU, _ = strconv.ParseInt(first, 10, 64)
	runDelay, _ = strconv.ParseInt(second, 10, 64)
	return onCPU, runDelay
}

func (w *Waits) Close() {
	for _, file := range append(w.threads, w.main, w.ours) {
		if file != nil {
			_ = file.Close()
		}
	}
}
