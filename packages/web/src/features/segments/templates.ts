/** Rules to begin with, one for each question that shops ask most. */

export type Template = { readonly name: string; readonly description: string; readonly rule: string };

export const templates: readonly Template[] = [
  {
    name: 'cart_abandoners',
    description: 'Added to the cart, nothing bought for two hours; for three days, or until an order',
    rule: 'seq("Product Added", no "Order Completed" within 2h) last 3d\nand not did "Order Completed" after last "Product Added"',
  },
  {
    name: 'high_intent',
    description: 'Looked at products again and again this week, and has not bought since the last look',
    rule: 'count("Product Viewed", last 7d) > 3\nand not did "Order Completed" after last "Product Viewed"',
  },
  {
    name: 'churn_alert',
    description: 'Spent 500 or more, and neither an order nor a sign-in for 90 days',
    rule: 'sum(revenue of "Order Completed") >= 500\nand not did "Order Completed" last 90d and not did "Signed In" last 90d',
  },
  {
    name: 'second_order_due',
    description: 'One order, between three weeks and two months ago',
    rule: 'count("Order Completed") = 1\nand age(last "Order Completed") >= 21d and age(last "Order Completed") < 60d',
  },
  {
    name: 'activity_drop',
    description: 'Product views fell by a fifth for two weeks running',
    rule: 'count("Product Viewed", last 7d) <= 0.8 * count("Product Viewed", from 14d to 7d ago)\nand count("Product Viewed", from 14d to 7d ago) <= 0.8 * count("Product Viewed", from 21d to 14d ago)\nand count("Product Viewed", from 21d to 14d ago) >= 10',
  },
  {
    name: 'best_customers',
    description: 'Spent 1,000 or more in a year, in three orders at least',
    rule: 'sum(revenue of "Order Completed", last 365d) >= 1000\nand count("Order Completed", last 365d) >= 3',
  },
];
