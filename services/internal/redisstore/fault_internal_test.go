package redisstore

import (
	"strings"
	"testing"
)

// TestOwnFault has the texts of servers that the other tests do not run.
func TestOwnFault(t *testing.T) {
	t.Parallel()
	for text, own := range map[string]bool{
		// Redis 6.2 nests the error of a command in that of the script.
		"ERR Error running script (call to f_ab): @user_script:3: @user_script: 3: -OOM command not allowed when used memory > 'maxmemory'.":         false,
		"ERR Error running script (call to f_ab): @user_script:3: @user_script: 3: -READONLY You can't write against a read only replica.":           false,
		"ERR Error running script (call to f_ab): @user_script:3: @user_script: 3: -MISCONF Redis is configured to save RDB snapshots":               false,
		"ERR Error running script (call to f_ab): @user_script:3: @user_script: 3: -NOREPLICAS Not enough good replicas to write.":                   false,
		"ERR Error running script (call to f_ab): @user_script:3: The user executing the script can't run this command or subcommand":                false,
		"ERR Error running script (call to f_ab): @user_script:3: WRONGTYPE Operation against a key holding the wrong kind of value":                 true,
		"ERR Error running script (call to f_ab): @user_script:3: user_script:3: attempt to index a nil value":                                       true,
		"ERR Error running script (call to f_ab): @user_script:3: @user_script: 3: Unknown Redis command called from Lua script":                     true,
		"ERR Error running script (call to f_ab): @user_script:3: @user_script: 3: Lua script attempted to access a non local key in a cluster node": true,
		"ERR Error compiling script (new function): user_script:1: unexpected symbol":                                                                true,
		"OOM command not allowed when used memory > 'maxmemory'. script: ab, on @user_script:3.":                                                     false,
		"WRONGTYPE Operation against a key holding the wrong kind of value script: ab, on @user_script:3.":                                           true,
		"ERR user_script:3: attempt to index a nil value script: ab, on @user_script:3.":                                                             true,
		"ERR ACL failure in script: User chat has no permissions to run the 'set' command script: ab, on @user_script:1.":                            false,
		"CROSSSLOT Keys in request don't hash to the same slot":                                                                                      true,
		"ERR wrong number of arguments for 'get' command":                                                                                            true,
		"ERR unknown command 'FCALL', with args beginning with:":                                                                                     true,
		"ERR value is not an integer or out of range":                                                                                                true,
		"ERR max number of clients reached":                       false,
		"ERR max number of clients + cluster connections reached": false,
		"ERR invalid password":                                    false,
		"ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?": false,
		"ERR Client sent AUTH, but no password is set": false,
		"NOAUTH Authentication required.":              false,
		"NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client": false,
		"WRONGPASS invalid username-password pair or user is disabled.":                          false,
		"NOPERM this user has no permissions to run the 'eval' command":                          false,
		"CLUSTERDOWN Hash slot not served":                                                       false,
		"TRYAGAIN Multiple keys request during rehashing of slot":                                false,
		"LOADING Redis is loading the dataset in memory":                                         false,
		"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.": false,
		"DENIED Redis is running in protected mode":                                              false,
	} {
		// The client removes the ERR of a reply.
		for _, text := range []string{text, strings.TrimPrefix(text, "ERR ")} {
			if got := ownFault(text); got != own {
				t.Errorf("%q: own fault %v, want %v", text, got, own)
			}
		}
	}
}
