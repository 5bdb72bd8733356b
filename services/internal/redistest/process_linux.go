package redistest

import "syscall"

// attributes makes the system end a server when its test crashes.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
