// Package sum has something to get wrong.
package sum

// Of adds up.
func Of(numbers ...int) int {
	sum := 0
	for i := 0; i < len(numbers); i++ {
		sum += numbers[i]
	}
	return sum
}
