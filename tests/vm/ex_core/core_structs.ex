# Structs: defaults, update, matching, enforced keys.
defmodule Oracle.CoreStructs do
  defmodule User do
    @enforce_keys [:name]
    defstruct [:name, age: 18, tags: []]
  end

  def start do
    user = %User{name: "Ann"}
    IO.inspect(user)
    IO.inspect(%{user | age: 30})
    IO.inspect(user.name)
    IO.inspect(is_struct(user, User))
    IO.inspect(match?(%User{age: 18}, user))
    IO.inspect(Map.from_struct(user))
    IO.inspect(struct(User, name: "Bob", unknown: 1))
    IO.inspect(user.__struct__)

    try do
      struct!(User, Enum.drop([name: 1], 1))
    rescue
      e in ArgumentError -> IO.puts(Exception.message(e))
    end
  end
end
