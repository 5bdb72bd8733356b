package redistest

import "syscall"

// attributes let the system end a server with a test that crashed.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
