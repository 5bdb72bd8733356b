package platform

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// plainSHA256 is SHA-256 (FIPS 180-4) in plain Go.
func plainSHA256(data []byte) (sum [32]byte) {
	constants, state := constantsSHA256()
	length := uint64(len(data))
	padded := append(append([]byte{}, data[len(data)&^63:]...), 0x80)
	for len(padded)%64 != 56 {
		padded = append(padded, 0)
	}
	padded = binary.BigEndian.AppendUint64(padded, length*8)
	for _, blocks := range [][]byte{data[:len(data)&^63], padded} {
		for ; len(blocks) > 0; blocks = blocks[64:] {
			blockSHA256(&state, &constants, (*[64]byte)(blocks))
		}
	}
	for i, word := range state {
		binary.BigEndian.PutUint32(sum[4*i:], word)
	}
	return sum
}

// constantsSHA256 returns the first 32 bits of the fractions of the cube roots of the first
// 64 primes, and of the square roots of the first 8.
func constantsSHA256() (cube [64]uint32, square [8]uint32) {
	fraction := func(root float64) uint32 { return uint32((root - math.Floor(root)) * (1 << 32)) }
	for n, candidate := 0, 2; n < len(cube); candidate++ {
		if !prime(candidate) {
			continue
		}
		cube[n] = fraction(math.Cbrt(float64(candidate)))
		if n < len(square) {
			square[n] = fraction(math.Sqrt(float64(candidate)))
		}
		n++
	}
	return cube, square
}

func prime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}

func blockSHA256(state *[8]uint32, constants *[64]uint32, block *[64]byte) {
	var w [64]uint32
	for i := range 16 {
		w[i] = binary.BigEndian.Uint32(block[4*i:])
	}
	for i := 16; i < 64; i++ {
		x, y := w[i-15], w[i-2]
		w[i] = w[i-16] + w[i-7] +
			(bits.RotateLeft32(x, -7) ^ bits.RotateLeft32(x, -18) ^ x>>3) +
			(bits.RotateLeft32(y, -17) ^ bits.RotateLeft32(y, -19) ^ y>>10)
	}
	a, b, c, d, e, f, g, h := state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
	for i := range 64 {
		t := h + (bits.RotateLeft32(e, -6) ^ bits.RotateLeft32(e, -11) ^ bits.RotateLeft32(e, -25)) + (e&f ^ ^e&g) + constants[i] + w[i]
		u := (bits.RotateLeft32(a, -2) ^ bits.RotateLeft32(a, -13) ^ bits.RotateLeft32(a, -22)) + (a&b ^ a&c ^ b&c)
		a, b, c, d, e, f, g, h = t+u, a, b, c, d+t, e, f, g
	}
	for i, word := range [8]uint32{a, b, c, d, e, f, g, h} {
		state[i] += word
	}
}
