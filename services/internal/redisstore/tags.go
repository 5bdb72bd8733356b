package redisstore

import "fmt"

// clusterSlots is how many slots a Cluster has.
const clusterSlots = 16384

// Tags returns hash tags whose slots lie evenly over those of a Cluster: the
// slots of short numbers do not.
func Tags(count int) []string {
	list := make([]string, 0, count)
	for i := range count {
		for n := 0; ; n++ {
			tag := fmt.Sprintf("s%d.%d", i, n)
			if slot := clusterSlot(tag); slot*count/clusterSlots == i {
				list = append(list, tag)
				break
			}
		}
	}
	return list
}

// clusterSlot is CRC16 (XMODEM) of the tag, as the specification of Redis
// Cluster says.
func clusterSlot(tag string) int {
	crc := uint16(0)
	for _, b := range []byte(tag) {
		crc ^= uint16(b) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			crc <<= 1
			if carry {
				crc ^= 0x1021
			}
		}
	}
	return int(crc) % clusterSlots
}
