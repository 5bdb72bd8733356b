package p2p

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// longestFileName leaves room for a suffix within the 255 bytes of file systems.
	longestFileName = 240
	// longestExtension is how much of the end of a long name is kept, in bytes, dot included.
	longestExtension = 24
	// namelessFile is the name of a file without one.
	namelessFile = "file"
)

// SafeFileName returns a name that is safe to show and to save a file under, on every
// system, whatever a stranger has called it: the last part of a path, at most 240 bytes of
// UTF-8, without control, invisible and direction characters, without those that some
// system does not allow, without dots at its ends, and no name of a device. The end of the
// name, with what says the file's kind, stays. A name of which nothing is left becomes
// "file".
func SafeFileName(name string) string {
	name = name[max(strings.LastIndexByte(name, '/'), strings.LastIndexByte(name, '\\'))+1:]
	name = strings.Map(safeRune, name)
	name = strings.Join(strings.Fields(name), " ")
	name = strings.Trim(shortened(strings.Trim(name, ". ")), ". ")
	if name == "" {
		return namelessFile
	}
	if isDevice(name) {
		return "_" + name
	}
	return name
}

// safeRune drops what is not visible and replaces what a file system does not allow.
func safeRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return -1
	case strings.ContainsRune(`<>:"|?*`, r), r == utf8.RuneError:
		return '_'
	default:
		return r
	}
}

// shortened cuts a long name before its extension.
func shortened(name string) string {
	if len(name) <= longestFileName {
		return name
	}
	extension := ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= longestExtension {
		extension = name[dot:]
	}
	cut := longestFileName - len(extension)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + extension
}

// isDevice reports whether Windows takes the name for that of a device, as it does with any
// extension.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimSpace(stem))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	port, found := strings.CutPrefix(stem, "COM")
	if !found {
		port, found = strings.CutPrefix(stem, "LPT")
	}
	return found && utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
}
