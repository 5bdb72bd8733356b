package stats_test

import (
	"math"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		values      []float64
		share, want float64
	}{
		{"one", []float64{7}, 0.99, 7},
		{"median of three", []float64{3, 1, 2}, 0.5, 2},
		{"median of four", []float64{4, 3, 1, 2}, 0.5, 2},
		{"all", []float64{3, 1, 2}, 1, 3},
		{"none", []float64{3, 1, 2}, 0, 1},
		{"most of ten", []float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 0.99, 10},
		{"nine of ten", []float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 0.9, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := stats.Quantile(tt.values, tt.share); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if got := stats.Quantile(nil, 0.5); !math.IsNaN(got) {
		t.Errorf("the median of nothing is %v, want NaN", got)
	}
}

func TestSummarizeLeavesItsValuesAlone(t *testing.T) {
	t.Parallel()
	values := []float64{4, 1, 3, 2}
	if got, want := stats.Summarize(values), (stats.Summary{2.5, 1, 4}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if values[0] != 4 {
		t.Errorf("the values are now %v", values)
	}
	if got := stats.Summarize(nil).Median; !math.IsNaN(got) {
		t.Errorf("the median of nothing is %v, want NaN", got)
	}
}

func TestRatio(t *testing.T) {
	t.Parallel()
	got := stats.Ratio([]float64{2, 6, 4}, []float64{1, 2, 4})
	if want := (stats.Summary{2, 1, 3}); got != want {
		t.Errorf("got %v, want %v: the ratio of the medians, and the spread of the rounds' ratios", got, want)
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	slope, intercept := stats.Fit([]float64{0, 50, 100, 200, 0, 50, 100, 200}, []float64{70, 175, 275, 475, 80, 175, 275, 475})
	if math.Abs(slope-2) > 1e-9 || math.Abs(intercept-75) > 1e-9 {
		t.Errorf("got %v x + %v, want 2 x + 75", slope, intercept)
	}
	if slope, _ := stats.Fit([]float64{1, 1}, []float64{2, 3}); !math.IsNaN(slope) {
		t.Errorf("the slope at one place is %v, want NaN", slope)
	}
}
