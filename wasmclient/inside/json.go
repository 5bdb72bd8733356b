package inside

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
