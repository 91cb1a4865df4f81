//! The `parity` command.

use parity_engine::memory::CommandAllocator;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: CommandAllocator = CommandAllocator;

fn main() -> ExitCode {
    parity_engine::memory::set_budget();
    parity_engine::command::main()
}
