//go:build !js

package terminal

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/rivo/uniseg"
)

// screen is a terminal of a fixed width and without an end. It knows what the editor writes,
// and panics at anything else. Safe for concurrent use.
type screen struct {
	width int

	mu          sync.Mutex
	rows        [][]string // cells; "" is the second half of a wide character
	row, column int
}

func newScreen(width int) *screen { return &screen{width: width, rows: make([][]string, 1)} }

func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text := string(data); text != ""; {
		var cluster string
		cluster, text = firstCluster(text)
		switch cluster {
		case "\r\n":
			s.column = 0
			s.down()
		case "\r":
			s.column = 0
		case "\x1b":
			end := strings.IndexFunc(text[1:], func(r rune) bool { return r >= '@' }) + 2
			s.control(text[1:end-1], text[end-1:end])
			text = text[end:]
		default:
			s.put(cluster)
		}
	}
	return len(data), nil
}

func (s *screen) down() {
	s.row++
	if s.row == len(s.rows) {
		s.rows = append(s.rows, nil)
	}
}

func (s *screen) control(parameter, final string) {
	count, _ := strconv.Atoi(parameter)
	switch final {
	case "A":
		s.row -= count
		if s.row < 0 {
			panic("the cursor leaves the screen")
		}
	case "C":
		s.column += count
	case "J":
		s.rows = s.rows[:s.row+1]
		s.rows[s.row] = s.rows[s.row][:min(s.column, len(s.rows[s.row]))]
	case "m":
	default:
		panic(fmt.Sprintf("unknown control sequence %q %q", parameter, final))
	}
}

func (s *screen) put(cluster string) {
	width := uniseg.StringWidth(cluster)
	if s.column+width > s.width {
		s.column = 0
		s.down()
	}
	for len(s.rows[s.row]) < s.column+width {
		s.rows[s.row] = append(s.rows[s.row], " ")
	}
	s.rows[s.row][s.column] = cluster
	for i := 1; i < width; i++ {
		s.rows[s.row][s.column+i] = ""
	}
	s.column += width
}

// String returns the rows, and in the row of the cursor a mark at its place.
func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var text []string
	for i, row := range s.rows {
		if i == s.row {
			column := min(s.column, len(row))
			text = append(text, strings.Join(row[:column], "")+"|"+strings.Join(row[column:], ""))
			continue
		}
		text = append(text, strings.TrimRight(strings.Join(row, ""), " "))
	}
	return strings.Join(text, "\n")
}
