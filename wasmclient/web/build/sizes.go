package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// sizes are bytes of code by package.
type sizes map[string]int

// The sections of a module that are read (WebAssembly Core Specification 2.0, section
// 5.5.2), and the part of the custom section "name" that names functions (appendix
// A.1.2).
const (
	customSection   = 0
	importSection   = 2
	codeSection     = 10
	functionNames   = 1
	functionImports = 0
	headerLength    = 8
)

var errModule = errors.New("not a WebAssembly module as Go links it")

// packageSizes returns how much code each of the packages has in a module with names.
// Functions of none of them count for "other".
func packageSizes(module []byte, packages []string) (sizes, error) {
	if len(module) < headerLength {
		return nil, errModule
	}
	var imported int
	var code []int // by function, the imported ones left out
	names := map[int]string{}
	for rest := newSection(module[headerLength:]); rest.more(); {
		kind, content := rest.byte(), newSection(rest.bytes())
		switch kind {
		case importSection:
			imported = content.countImports()
		case codeSection:
			for range content.number() {
				code = append(code, len(content.bytes()))
			}
		case customSection:
			if string(content.bytes()) == "name" {
				content.readNames(names)
			}
		}
		if rest.failed || content.failed {
			return nil, errModule
		}
	}
	if len(code) == 0 || len(names) == 0 {
		return nil, errModule
	}
	total := sizes{}
	owner := owners(packages)
	for i, size := range code {
		total[owner(names[imported+i])] += size
	}
	return total, nil
}

// owners returns a function that finds the package of a function's name, in which Go
// has replaced most signs.
func owners(packages []string) func(name string) string {
	prefixes := make(map[string]string, len(packages))
	for _, path := range packages {
		prefixes[strings.NewReplacer("/", "_", "-", "_").Replace(path)+"."] = path
	}
	return func(name string) string {
		for at, sign := range name {
			if sign == '.' {
				if path, known := prefixes[name[:at+1]]; known {
					return path
				}
			}
		}
		return "other"
	}
}

// section reads the numbers and the bytes of a module.
type section struct {
	rest   []byte
	failed bool
}

func newSection(data []byte) *section { return &section{rest: data} }

func (s *section) more() bool { return len(s.rest) > 0 && !s.failed }

func (s *section) byte() byte {
	if len(s.rest) == 0 {
		s.failed = true
		return 0
	}
	next := s.rest[0]
	s.rest = s.rest[1:]
	return next
}

// number reads an unsigned LEB128 number.
func (s *section) number() int {
	value, length := binary.Uvarint(s.rest)
	if length <= 0 || value > uint64(len(s.rest))+1<<32 {
		s.failed = true
		return 0
	}
	s.rest = s.rest[length:]
	return int(value) //nolint:gosec // bounded above
}

// bytes reads what follows its own length.
func (s *section) bytes() []byte {
	length := s.number()
	if s.failed || length > len(s.rest) {
		s.failed = true
		return nil
	}
	data := s.rest[:length]
	s.rest = s.rest[length:]
	return data
}

// countImports counts the functions. Go imports nothing else.
func (s *section) countImports() int {
	count := s.number()
	for range count {
		s.bytes() // module
		s.bytes() // name
		if s.byte() != functionImports {
			s.failed = true
		}
		s.number() // type
		if s.failed {
			return 0
		}
	}
	return count
}

func (s *section) readNames(names map[int]string) {
	for s.more() {
		kind, content := s.byte(), newSection(s.bytes())
		if kind != functionNames {
			continue
		}
		for range content.number() {
			index := content.number()
			names[index] = string(content.bytes())
			if content.failed {
				s.failed = true
				return
			}
		}
	}
}

// parseSizes reads what write has written.
func parseSizes(text io.Reader) (sizes, error) {
	known := sizes{}
	for lines := bufio.NewScanner(text); lines.Scan(); {
		path, number, _ := strings.Cut(lines.Text(), " ")
		size, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("%q is no package and size", lines.Text())
		}
		known[path] = size
	}
	return known, nil
}

func (s sizes) write(out io.Writer) error {
	for _, path := range slices.Sorted(maps.Keys(s)) {
		if _, err := fmt.Fprintln(out, path, s[path]); err != nil {
			return err
		}
	}
	return nil
}

// grown writes the packages that are larger than they were, those that grew most
// first. It leaves out what is less than a hundredth and less than 100 bytes.
func (s sizes) grown(was sizes, out io.Writer) error {
	var paths []string
	for path, size := range s {
		if more := size - was[path]; more >= 100 || more > 0 && more*100 >= size {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return (s[b] - was[b]) - (s[a] - was[a]) })
	for _, path := range paths {
		if _, err := fmt.Fprintf(out, "  grew by %6d to %7d bytes of code: %s\n", s[path]-was[path], s[path], path); err != nil {
			return err
		}
	}
	return nil
}
