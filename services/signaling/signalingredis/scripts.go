package signalingredis

import (
	"embed"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
)

//go:embed lua
var files embed.FS

var (
	commitScript = redisstore.NewScript(files, "lua/commit.lua")
	readScript   = redisstore.NewScript(files, "lua/read.lua")
	tendScript   = redisstore.NewScript(files, "lua/tend.lua")
)
