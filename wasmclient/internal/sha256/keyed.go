package sha256

// keyed is HMAC of [digest], as RFC 2104, section 2, writes it down.
func keyed(key, message []byte) []byte {
	if len(key) > BlockSize {
		long := newDigest()
		_, _ = long.Write(key)
		key = long.Sum(nil)
	}
	pad := func(with byte) *digest {
		var padded [BlockSize]byte
		copy(padded[:], key)
		for i := range padded {
			padded[i] ^= with
		}
		begun := newDigest()
		_, _ = begun.Write(padded[:])
		return begun
	}
	inner, outer := pad(0x36), pad(0x5c)
	_, _ = inner.Write(message)
	_, _ = outer.Write(inner.Sum(nil))
	return outer.Sum(nil)
}
