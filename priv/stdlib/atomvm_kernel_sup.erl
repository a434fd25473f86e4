%% OTP's kernel_sup, as much of it as libraries ask for: the supervisor that the server of timer becomes a child of.
%% It is in an archive when timer needs it, and then the boot starts it.
-module(atomvm_kernel_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, kernel_sup}, ?MODULE, []).

init([]) -> {ok, {#{strategy => one_for_all, intensity => 0, period => 1}, []}}.
