package turnserver

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// logs makes the library's loggers. What it says is for developers, even of errors: they
// are those of its clients.
type logs struct{ logger *slog.Logger }

func (l logs) NewLogger(string) logging.LeveledLogger { return leveled{l.logger} }

type leveled struct{ logger *slog.Logger }

func (l leveled) Trace(string)          {}
func (l leveled) Tracef(string, ...any) {}
func (l leveled) Debug(string)          {}
func (l leveled) Debugf(string, ...any) {}
func (l leveled) Info(text string)      { l.logger.Debug("turn: " + text) }
func (l leveled) Warn(text string)      { l.logger.Debug("turn: " + text) }
func (l leveled) Error(text string)     { l.logger.Debug("turn: " + text) }

func (l leveled) Infof(format string, values ...any)  { l.Info(fmt.Sprintf(format, values...)) }
func (l leveled) Warnf(format string, values ...any)  { l.Warn(fmt.Sprintf(format, values...)) }
func (l leveled) Errorf(format string, values ...any) { l.Error(fmt.Sprintf(format, values...)) }
