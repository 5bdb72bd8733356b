package inside

import "strings"

// caseOf returns the name of the first field of a JSON object that has an object: the case
// of the oneof of an event. It returns "" if there is none.
func caseOf(json string) string {
	depth, key := 0, ""
	for i := 0; i < len(json); i++ {
		switch json[i] {
		case '"':
			end := i + 1
			for end < len(json) && json[end] != '"' {
				if json[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(json) {
				return ""
			}
			key, i = json[i+1:end], end
		case '{':
			if depth++; depth == 2 {
				return key
			}
		case '[':
			depth += 2 // a list has no case
		case ']':
			depth -= 2
		case '}':
			depth--
		}
	}
	return ""
}

// indented returns JSON in lines. Of text that is not JSON it returns the same letters.
func indented(json string) string {
	var out strings.Builder
	depth, quoted := 0, false
	line := func() {
		out.WriteByte('\n')
		for range min(max(depth, 0), 16) {
			out.WriteString("  ")
		}
	}
	for i := 0; i < len(json); i++ {
		letter := json[i]
		switch {
		case quoted:
			out.WriteByte(letter)
			if letter == '\\' && i+1 < len(json) {
				i++
				out.WriteByte(json[i])
			}
			quoted = letter != '"'
		case letter == '"':
			out.WriteByte(letter)
			quoted = true
		case (letter == '{' || letter == '[') && i+1 < len(json) && json[i+1] == letter+2: // the other bracket
			out.WriteString(json[i : i+2])
			i++
		case letter == '{' || letter == '[':
			out.WriteByte(letter)
			depth++
			line()
		case letter == '}' || letter == ']':
			depth--
			line()
			out.WriteByte(letter)
		case letter == ',':
			out.WriteByte(letter)
			line()
		case letter == ':':
			out.WriteString(": ")
		default:
			out.WriteByte(letter)
		}
	}
	return out.String()
}
