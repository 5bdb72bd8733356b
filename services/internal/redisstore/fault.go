package redisstore

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/redis/rueidis"
)

// unavailable wraps ErrUnavailable around every error except those that are this
// program's own fault. All others pass by themselves or are fixed by the
// operator: broken connections, a full store, too many connections, or changed
// passwords and rights.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	var fault *rueidis.RedisError
	if errors.As(err, &fault) && ownFault(fault.Error()) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// ownWords are the first words of errors that only a wrong command or script can
// cause.
var ownWords = []string{"WRONGTYPE", "CROSSSLOT", "NOSCRIPT", "BUSYKEY", "EXECABORT"}

// ownTexts are parts of such errors that begin with ERR. The client removes the
// ERR.
var ownTexts = []string{
	"script", "unknown command", "unknown subcommand", "unknown redis command", "wrong number of arg", "syntax error",
	"not an integer", "not a valid float", "is not a float", "out of range", "number of keys", "invalid expire", "no such key",
	"min or max", "bad arguments", "protocol error",
}

// code matches the word in capitals with which other errors begin.
var code = regexp.MustCompile(`^([A-Z]{3,}) `)

// nested matches the error of a command inside the error of the script that
// called it. Before Redis 7 the latter begins with "Error running script". There
// is a dash before the word if Redis refused to run the command.
var nested = regexp.MustCompile(`@user_script: ?\d+: -?([A-Z]{3,}) `)

// ownFault reports whether the text of a server's error says that this program
// asked for something wrong.
func ownFault(text string) bool {
	if forbiddenText(text) {
		return false
	}
	text = strings.TrimPrefix(text, "ERR ")
	if found := nested.FindStringSubmatch(text); found != nil {
		return slices.Contains(ownWords, found[1])
	}
	if code := code.FindStringSubmatch(text); code != nil {
		return slices.Contains(ownWords, code[1])
	}
	text = strings.ToLower(text)
	return slices.ContainsFunc(ownTexts, func(own string) bool { return strings.Contains(text, own) })
}
