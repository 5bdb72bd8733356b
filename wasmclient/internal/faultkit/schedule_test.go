package faultkit

import (
	"slices"
	"testing"
	"time"
)

func TestScheduleDependsOnSeedAndLifeOnly(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) (faults []Fault) {
		schedule := Schedule{Seed: seed, Share: 0.2}
		for life := range uint64(1000) {
			if fault, ok := schedule.Fault(life); ok {
				faults = append(faults, fault)
			}
		}
		return faults
	}
	if one := draw(1); !slices.Equal(one, draw(1)) || slices.Equal(one, draw(2)) {
		t.Error("the same seed must give the same faults, another seed others")
	}
}

func TestScheduleLeavesNothingOut(t *testing.T) {
	t.Parallel()
	schedule := Schedule{Seed: 1, Share: 0.2}
	type pair struct {
		Step
		Kind
	}
	seen := map[pair]int{}
	faults := 0
	for life := range uint64(10_000) {
		fault, ok := schedule.Fault(life)
		if !ok {
			continue
		}
		faults++
		seen[pair{fault.Step, fault.Kind}]++
		if fault.Kind.Deadly() != (fault.Lasts == 0) || fault.Lasts > 15*time.Second {
			t.Errorf("life %d: %v", life, fault)
		}
	}
	if faults < 1800 || faults > 2200 {
		t.Errorf("%d faults in 10000 lives, want about 2000", faults)
	}
	if len(seen) != len(allSteps)*len(allKinds) {
		t.Errorf("%d combinations of step and kind, want %d", len(seen), len(allSteps)*len(allKinds))
	}
}
