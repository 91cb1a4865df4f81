use super::*;

#[test]
fn wanted_values_let_go_of_large_pages_unless_a_copy_would_be_no_smaller() {
    let batch: ArrayRef = Arc::new(BinaryViewArray::from_iter_values(vec![vec![b'x'; 50_000]; 10]));
    let held = |picked: &ArrayRef| {
        picked
            .as_binary_view()
            .data_buffers()
            .iter()
            .map(|b| b.len())
            .sum::<usize>()
    };
    let few = picked(Arc::clone(&batch), &[3, 7], 0).unwrap();
    assert_eq!(held(&few), 100_000);
    let all: Vec<u32> = (0..10).collect();
    let all = picked(Arc::clone(&batch), &all, 0).unwrap();
    assert!(Arc::ptr_eq(&all, &batch) || held(&all) == held(&batch));
}
