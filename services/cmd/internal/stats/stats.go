// Package stats summarizes measurements.
package stats

import (
	"math"
	"slices"
)

// Quantile returns the smallest value that at least the given share of the
// values does not exceed (the nearest-rank method). It returns NaN if there are
// no values.
func Quantile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(share * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// A Summary is a median with its spread.
type Summary struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

// Summarize returns the median of the values, which is the mean of the two in
// the middle if their number is even, and the least and the largest value. All
// are NaN if there are no values.
func Summarize(values []float64) Summary {
	if len(values) == 0 {
		return Summary{math.NaN(), math.NaN(), math.NaN()}
	}
	sorted := slices.Sorted(slices.Values(values))
	last := len(sorted) - 1
	return Summary{(sorted[last/2] + sorted[(last+1)/2]) / 2, sorted[0], sorted[last]}
}

// Ratio returns the ratio of the medians of a and b. Its spread is that of the
// ratios of a[i] to b[i], which were measured in the same round.
func Ratio(a, b []float64) Summary {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		ratios = append(ratios, a[i]/b[i])
	}
	ratio := Summarize(ratios)
	ratio.Median = Summarize(a).Median / Summarize(b).Median
	return ratio
}

// Fit returns the line through the points with the least squared error. It
// returns NaN for both if there are fewer than two different x.
func Fit(x, y []float64) (slope, intercept float64) {
	var meanX, meanY, covariance, variance float64
	for i := range x {
		meanX += x[i] / float64(len(x))
		meanY += y[i] / float64(len(x))
	}
	for i := range x {
		covariance += (x[i] - meanX) * (y[i] - meanY)
		variance += (x[i] - meanX) * (x[i] - meanX)
	}
	if variance == 0 {
		return math.NaN(), math.NaN()
	}
	slope = covariance / variance
	return slope, meanY - slope*meanX
}
