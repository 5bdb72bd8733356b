package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// CPUTime returns the microseconds the process has used (proc(5), stat: fields
// 14 and 15, in hundredths of a second).
func (p Process) CPUTime() (float64, error) {
	text, err := p.read("stat")
	if err != nil {
		return 0, err
	}
	// The name of the program, in parentheses, may hold spaces.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is too short", p.command.Process.Pid)
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) * 10_000, nil
}

// Memory returns the bytes the process has in memory, and the most it ever had
// (proc(5), status: VmRSS and VmHWM).
func (p Process) Memory() (now, most float64, err error) {
	text, err := p.read("status")
	if err != nil {
		return 0, 0, err
	}
	for name, value := range map[string]*float64{"VmRSS:": &now, "VmHWM:": &most} {
		_, rest, found := strings.Cut(text, name)
		line, _, _ := strings.Cut(rest, "kB")
		kilobytes, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
		if !found || err != nil {
			return 0, 0, fmt.Errorf("/proc/%d/status has no %s", p.command.Process.Pid, name)
		}
		*value = kilobytes * 1024
	}
	return now, most, nil
}

// Descriptors returns how many files and sockets the process has open.
func (p Process) Descriptors() (int, error) {
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.command.Process.Pid))
	return len(open), err
}

func (p Process) read(file string) (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, file))
	return string(text), err
}
