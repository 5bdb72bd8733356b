package redisstore

import "testing"

func TestTags(t *testing.T) {
	t.Parallel()
	const tagsOfTest = 16
	if got := clusterSlot("123456789"); got != 0x31c3 { // the specification's own example
		t.Errorf("slot %#x, want 0x31c3", got)
	}
	for _, servers := range []int{3, 6} {
		held := make([]int, servers)
		for _, tag := range Tags(tagsOfTest) {
			held[clusterSlot(tag)*servers/clusterSlots]++
		}
		for _, n := range held {
			if n < tagsOfTest/servers-1 || n > tagsOfTest/servers+2 {
				t.Errorf("%d servers have %v tags, want equal parts", servers, held)
			}
		}
	}
}
