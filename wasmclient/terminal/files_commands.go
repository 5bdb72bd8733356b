//go:build !js

package terminal

import "context"

// The commands for files. They need a chat.

func (s *session) sendFile(_ context.Context, path string) {
	s.withFiles("send", func(ctx context.Context, f *files) error { return f.send(ctx, unquoted(path)) })
}

func (s *session) acceptFile(_ context.Context, argument string) {
	number, path := numberAndPath(argument)
	s.withFiles("accept", func(ctx context.Context, f *files) error { return f.accept(ctx, number, path) })
}

func (s *session) declineFile(_ context.Context, argument string) {
	number, _ := numberAndPath(argument)
	s.withFiles("decline", func(ctx context.Context, f *files) error { return f.decline(ctx, number) })
}

func (s *session) cancelFiles(context.Context, string) {
	s.withFiles("cancel", func(_ context.Context, f *files) error {
		f.cancel()
		return nil
	})
}

// withFiles runs a command. Files do not outlive the chat.
func (s *session) withFiles(name string, run func(context.Context, *files) error) {
	err := errAlone
	if s.chat != nil {
		err = run(s.chat.outbox.ctx, s.chat.files)
	}
	if err != nil {
		s.unsent++
		s.tell("/%s: %v.", name, err)
	}
}

// newFiles returns the files of a chat.
func newFiles(c *conversation) *files {
	s := c.session
	return &files{
		room: c.room, name: c.name, tell: s.tell,
		over: func(sent bool, err error) {
			s.post(func() {
				if sent && err != nil && s.chat == c {
					s.unsent++
				}
				c.leaveIfDelivered()
			})
		},
	}
}
