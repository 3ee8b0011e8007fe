-- A fleet of devices that ask in turn: wrk ... -s devices.lua URL -- PATH TOKENS
-- PATH is what they ask for, TOKENS a file with one token on each line.
local requests = {}
local last = 0

function init(args)
  for token in io.lines(args[2]) do
    requests[#requests + 1] =
      wrk.format("GET", args[1], { ["Authorization"] = "Bearer " .. token })
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end
