%% The first process of an application: sets up what OTP's own start would have, then calls Module:start().
-module(atomvm_init).

-export([boot/1]).

%% Returns what Module:start() returns; the machine ends when the first process does.
-spec boot(module()) -> term().
boot(Module) ->
    User = atomvm_io:start(user, stdout),
    _ = atomvm_io:start(standard_error, stderr),
    true = group_leader(User, self()),
    Module:start().
