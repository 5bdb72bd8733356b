package redisstore

import (
	"strings"
	"testing"
)

func TestServersThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, info, want string }{
		{"Redis 6.2", "redis_version:6.2.0", ""},
		{"Redis 7.0", "redis_version:7.0.15", ""},
		{"Redis 8", "redis_version:8.0.1\r\nserver_name:redis", ""},
		{"Redis 6.0", "redis_version:6.0.16", "Redis 6.0.16: use 6.2"},
		{"Redis 5", "redis_version:5.0.14", "Redis 5.0.14: use 6.2"},
		{"Valkey 7.2", "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:7.2.5", ""},
		{"Valkey 8", "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0", ""},
		{"Valkey 7.0", "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:7.0.0", "Valkey 7.0.0: use 7.2"},
		{"Dragonfly", "redis_version:7.4.0\r\ndragonfly_version:df-v1.25.0", "Dragonfly df-v1.25.0"},
		{"KeyDB", "redis_version:6.3.4\r\nexecutable:/usr/bin/keydb-server", "KeyDB"},
		{"another", "redis_version:7.2.5\r\nserver_name:redict", "redict"},
		{"a version nobody can read", "redis_version:unstable", ""},
		{"nothing said", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := parseInfo("# Server\r\n" + test.info + "\r\n").refusal()
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("refused with %q, want %q", got, test.want)
			}
		})
	}
}
