// Package inside turns the steps of a connection, [p2p.Trace], into what the panel "What
// happens inside" shows: rows of a timeline, candidates and pairs, and how many bytes went
// which way. Its words are in web/inside.en.html and web/inside.ja.html, by the keys of
// the rows.
package inside
