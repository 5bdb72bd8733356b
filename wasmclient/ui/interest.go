package ui

import "strings"

// Interest is something a person may want to talk about.
type Interest struct {
	ID   string // the same in each language: what the server compares
	Name Text
}

// Interests are those the page offers; at most 8, so that all may be chosen.
var Interests = []Interest{
	{"music", TextMusic},
	{"games", TextGames},
	{"films", TextFilms},
	{"books", TextBooks},
	{"travel", TextTravel},
	{"food", TextFood},
	{"sports", TextSports},
	{"programming", TextProgramming},
}

// interestName returns an interest as it is written inside a sentence.
func interestName(id string, language Language) string {
	for _, interest := range Interests {
		if interest.ID == id {
			return strings.ToLower(interest.Name.In(language))
		}
	}
	return id // of another client's list
}
