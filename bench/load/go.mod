module hubbub/bench/load

go 1.24
