// Command tic-tac-toe plays against a stranger in the terminal.
//
//	go run ./wasmclient/examples/tic-tac-toe http://localhost:8080
//
// Each move is a Data message with the number of a cell. Both sides check the rules, so
// neither can cheat.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// name is the pool of the players, and the type of the moves.
const name = "tic-tac-toe"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "Usage: go run ./wasmclient/examples/tic-tac-toe URL")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "tic-tac-toe:", err)
		os.Exit(1)
	}
}

// run finds an opponent and plays one game.
func run(ctx context.Context, url string, in io.Reader, out io.Writer) error {
	fmt.Fprintln(out, "Looking for an opponent…")
	room, err := p2p.NewClient(url, p2p.WithPool(name)).Find(ctx)
	if err != nil {
		return err
	}
	defer room.Close()
	own, theirs := 'X', 'O' // the member in slot 0 begins
	if peers := room.Peers(); len(peers) > 0 && peers[0].Slot == 0 {
		own, theirs = theirs, own
	}
	fmt.Fprintf(out, "You are %c. Enter the number of a cell.\n", own)

	typed, received := make(chan string), make(chan string)
	go readLines(in, typed)
	go readMoves(room, received)
	var board board
	for fmt.Fprint(out, &board); !board.over(); fmt.Fprint(out, &board) {
		select {
		case cell, more := <-typed:
			if !more {
				return errors.New("the input has ended before the game")
			}
			if !board.play(own, cell) {
				fmt.Fprintln(out, "Not your turn, or no free cell.")
			} else if err := room.SendData(ctx, name, []byte(cell)); err != nil {
				return err
			}
		case cell, more := <-received:
			if !more {
				return errors.New("the opponent has left")
			}
			if !board.play(theirs, cell) {
				return errors.New("the opponent cheats")
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	fmt.Fprintln(out, map[rune]string{own: "You win.", theirs: "You lose.", 0: "Nobody wins."}[board.winner()])
	return nil
}

// readLines passes the lines of in on. Like readMoves, it ends with the program.
func readLines(in io.Reader, typed chan<- string) {
	defer close(typed)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		typed <- strings.TrimSpace(lines.Text())
	}
}

// readMoves passes the opponent's moves on, until the opponent has left.
func readMoves(room *p2p.Room, received chan<- string) {
	defer close(received)
	for message, err := range room.Messages() {
		if err != nil {
			return
		}
		if move, ok := message.Content.(p2p.Data); ok && move.Type == name {
			received <- string(move.Value)
		}
	}
}

// board is a game of tic-tac-toe. The zero value is a new one, in which X begins.
type board struct {
	cells [9]rune // 0: empty
	moves int
}

// play makes a move, unless it breaks the rules.
func (b *board) play(side rune, cell string) bool {
	number, err := strconv.Atoi(cell)
	turn := []rune{'X', 'O'}[b.moves%2]
	if err != nil || number < 1 || number > len(b.cells) || b.cells[number-1] != 0 || side != turn || b.over() {
		return false
	}
	b.cells[number-1] = side
	b.moves++
	return true
}

func (b *board) over() bool { return b.winner() != 0 || b.moves == len(b.cells) }

// winner returns the side that has three in a row, or 0.
func (b *board) winner() rune {
	for _, row := range [][3]int{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {0, 3, 6}, {1, 4, 7}, {2, 5, 8}, {0, 4, 8}, {2, 4, 6}} {
		if side := b.cells[row[0]]; side != 0 && side == b.cells[row[1]] && side == b.cells[row[2]] {
			return side
		}
	}
	return 0
}

// String returns the board, with the numbers of the empty cells.
func (b *board) String() string {
	var text strings.Builder
	for i, side := range b.cells {
		if side == 0 {
			side = rune('1' + i)
		}
		text.WriteString(string(side) + []string{" ", " ", "\n"}[i%3])
	}
	return text.String() + "\n"
}
