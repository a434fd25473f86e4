# jaro_distance, myers_difference and bag_distance.
defmodule Oracle.StringDistance do
  def start do
    IO.inspect(Float.round(String.jaro_distance("Dwayne", "Duane"), 6))
    IO.inspect(String.myers_difference("fox hops", "fox jumps"))
    IO.inspect(Float.round(String.bag_distance("abc", "acd"), 6))
    IO.inspect(String.jaro_distance("same", "same"))
  end
end
